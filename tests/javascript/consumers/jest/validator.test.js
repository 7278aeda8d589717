const validator = require("@cxvars/validator");
const { use } = require("./use.cjs");

test("the package works", async () => {
  expect(JSON.stringify(await use(validator))).toBe(process.env.EXPECTED);
  expect(validator.check(require("node:fs").readFileSync("document.json")).diagnostics).toEqual([]);
});
