import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const isCustomElement = (tag) => tag === "cxvars-field";

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement } } })],
  base: "./",
  build: { outDir: "../../target/form-vue", emptyOutDir: true },
});
