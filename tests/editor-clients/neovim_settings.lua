-- Evaluates the settings of Neovim 0.11, which this version does not have, and prints what they configure as JSON.
local configured = {}
vim.lsp.config = function(name, settings) configured = { name = name, settings = settings } end
vim.lsp.enable = function(name) configured.enabled = name end
dofile(vim.env.SNIPPET)
io.stdout:write(vim.json.encode(configured))
vim.cmd("qall!")
