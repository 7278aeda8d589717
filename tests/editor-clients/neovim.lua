-- Neovim without a screen, set up as docs/editors.md says: open, type a mistake, see it at its place, fix it, rename, close.
-- Run in the folder of the project, with the snippet as $SNIPPET.

-- Longest wait, in milliseconds. Only a test that fails takes this long.
local PATIENCE = 60000

local function check(condition, message)
  if not condition then
    io.stderr:write("neovim: " .. message .. "\n" .. vim.inspect(vim.diagnostic.get()) .. "\n")
    vim.cmd("cquit 1")
  end
end

local function wait(condition, message)
  check(vim.wait(PATIENCE, condition, 20), message)
end

local function main()
  dofile(vim.env.SNIPPET)
  vim.cmd("edit crm.yaml")
  local buffer = vim.api.nvim_get_current_buf()
  local function line()
    return vim.api.nvim_buf_get_lines(buffer, 1, 2, true)[1]
  end
  local function findings()
    return vim.diagnostic.get(buffer)
  end
  wait(function()
    local client = vim.lsp.buf_get_clients(buffer)
    return next(client) ~= nil and select(2, next(client)).initialized
  end, "the server does not answer")
  local client = select(2, next(vim.lsp.buf_get_clients(buffer)))

  -- Another document of the project, which is not open, has a finding of its own.
  local other = vim.uri_to_bufnr(vim.uri_from_fname(vim.fn.getcwd() .. "/other.json"))
  wait(function() return #vim.diagnostic.get(other) == 1 end, "the document that is not open has no finding")

  -- Type the mistake: the value loses its quotes.
  local before = line()
  local start = before:find('"3"', 1, true) - 1
  vim.api.nvim_buf_set_text(buffer, 1, start, 1, start + 3, { "3" })
  wait(function() return #findings() == 1 end, "no finding")
  local found = findings()[1]
  check(found.lnum == 1 and found.col == start and found.end_col == start + 1, "the finding is at another place")
  check(found.source == "cxvars" and found.message:find("retry_limit", 1, true), "another finding")

  -- Apply its fix.
  local encoding = client.offset_encoding
  vim.api.nvim_win_set_cursor(0, { 2, start })
  local params = vim.lsp.util.make_range_params(0, encoding)
  params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, 1) }
  local answers = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", params, PATIENCE)
  local fix
  for _, action in ipairs(answers[client.id].result) do
    if action.isPreferred then fix = action end
  end
  check(fix ~= nil and fix.kind == "quickfix", "no fix is offered")
  vim.lsp.util.apply_workspace_edit(fix.edit, encoding)
  check(line() == before, "the fix left " .. line())
  wait(function() return #findings() == 0 end, "the finding stayed")

  -- Rename the variable, also where cxvars.toml names it.
  vim.api.nvim_win_set_cursor(0, { 2, (before:find("retry_limit", 1, true)) })
  vim.lsp.buf.rename("retry_count")
  wait(function() return line():find("name: retry_count", 1, true) ~= nil end, "the variable was not renamed")
  local configuration = vim.fn.bufnr("cxvars.toml")
  local text = table.concat(vim.api.nvim_buf_get_lines(configuration, 0, -1, true), "\n")
  check(text:find('allow_empty = ["retry_count"]', 1, true), "cxvars.toml was not changed: " .. text)

  -- Close: what is on the disk counts again, and the server ends.
  vim.cmd("bdelete! " .. buffer)
  vim.lsp.stop_client(client.id)
  wait(function() return client.is_stopped() end, "the server does not end")
end

local ok, problem = pcall(main)
check(ok, tostring(problem))
print("neovim: ok\n")
vim.cmd("qall!")
