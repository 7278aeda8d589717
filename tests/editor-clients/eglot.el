;;; Emacs without a screen, set up as docs/editors.md says  -*- lexical-binding: t -*-
;; Open, type a mistake, see it at its place, fix it, rename, close. Run in the folder of the project, with the snippet as $SNIPPET.

(package-initialize)
(require 'yaml-mode)
(require 'eglot)
(require 'flymake)
(load (getenv "SNIPPET") nil t)
(setq eglot-connect-timeout 60
      eglot-confirm-server-initiated-edits nil
      eglot-send-changes-idle-time 0.01
      flymake-no-changes-timeout 0.01)

(defconst patience 60.0 "Longest wait, in seconds. Only a test that fails takes this long.")

(defun wait (what condition)
  "Let messages come in until CONDITION holds; WHAT says what is missing."
  (let ((end (+ (float-time) patience)))
    (while (and (not (funcall condition)) (< (float-time) end))
      (accept-process-output nil 0.02))
    (unless (funcall condition)
      (error "%s: %S" what (mapcar #'flymake-diagnostic-text (flymake-diagnostics))))))

;; Eglot asks before it changes a file that is not open.
(find-file-noselect "cxvars.toml")
(find-file "crm.yaml")
(apply #'eglot (append (eglot--guess-contact) nil))
(wait "the server does not answer" #'eglot-current-server)
(flymake-start)

;; Type the mistake: the value loses its quotes.
(goto-char (point-min))
(search-forward "\"3\"")
(replace-match "3")
(defconst mistake (1- (point)))
(eglot--signal-textDocument/didChange)
(wait "no finding" (lambda () (flymake-start) (= 1 (length (flymake-diagnostics)))))
(let ((found (car (flymake-diagnostics))))
  (unless (and (= (flymake-diagnostic-beg found) mistake) (= (flymake-diagnostic-end found) (1+ mistake)))
    (error "the finding is at %s to %s" (flymake-diagnostic-beg found) (flymake-diagnostic-end found)))
  (unless (string-match-p "retry_limit" (flymake-diagnostic-text found))
    (error "another finding: %s" (flymake-diagnostic-text found))))

;; Apply its fix.
(let* ((actions (eglot-code-actions mistake (1+ mistake)))
       (fix (seq-find (lambda (action) (eq (plist-get action :isPreferred) t)) actions)))
  (unless fix (error "no fix is offered"))
  (eglot--apply-workspace-edit (plist-get fix :edit)))
(unless (string-match-p "value: \"3\"" (buffer-string)) (error "the fix left %s" (buffer-string)))
(eglot--signal-textDocument/didChange)
(wait "the finding stayed" (lambda () (flymake-start) (null (flymake-diagnostics))))

;; Rename the variable, also where cxvars.toml names it.
(goto-char (point-min))
(search-forward "retry_limit")
(backward-char)
(eglot-rename "retry_count")
(unless (string-match-p "name: retry_count" (buffer-string)) (error "not renamed: %s" (buffer-string)))
(with-current-buffer (find-file-noselect "cxvars.toml")
  (unless (string-match-p "allow_empty = \\[\"retry_count\"\\]" (buffer-string))
    (error "cxvars.toml was not changed: %s" (buffer-string)))
  (set-buffer-modified-p nil))

;; Close.
(let ((server (eglot-current-server)))
  (set-buffer-modified-p nil)
  (kill-buffer)
  (eglot-shutdown server)
  (wait "the server does not end" (lambda () (not (jsonrpc-running-p server)))))
(princ "eglot: ok\n")
