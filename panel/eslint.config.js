// SPDX-License-Identifier: Apache-2.0
import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "node_modules", "src/api/openapi.d.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  a11y.flatConfigs.recommended,
  {
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // The first field of a modal or of a page that is only a form takes the focus.
      "jsx-a11y/no-autofocus": "off",
      "no-console": "error",
    },
  },
  {
    files: ["tools/**", "*.mjs", "*.js"],
    languageOptions: {
      globals: Object.fromEntries(
        ["process", "console", "URL", "fetch", "document", "localStorage"].map((name) => [
          name,
          false,
        ]),
      ),
    },
    rules: { "no-console": "off", "no-redeclare": ["error", { builtinGlobals: false }] },
  },
);
