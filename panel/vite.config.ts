// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The server writes a fresh nonce over this word in every index.html (src/api/panel.c).
const NONCE = "NAVETTE_CSP_NONCE";

export default defineConfig({
  base: "./",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  html: { cspNonce: NONCE },
  build: {
    target: "es2022",
    sourcemap: false,
    // A data: URL would need its own word in the policy for each kind of file.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (id.includes("libphonenumber-js")) return "phone";
          return undefined;
        },
      },
    },
  },
  server: {
    proxy: { "/api": process.env.NAVETTE_URL ?? "http://127.0.0.1:8080" },
  },
});
