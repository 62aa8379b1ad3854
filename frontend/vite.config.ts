import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  base: "/",
  // The hub puts each answer's own nonce here; its policy lets no other style element in.
  html: { cspNonce: "__NONCE__" },
  build: {
    target: "es2022",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    manifest: true,
    // The policy lets scripts of the hub in by address, so a preload needs no inline help.
    modulePreload: { polyfill: false },
  },
  // For work on the dashboard itself: `npm run dev` beside a running hub.
  server: { proxy: { "/api": "http://127.0.0.1:8400" } },
});
