// The browser's libraries lie elsewhere than the modules find them; their own types are with npm.

declare module "*/vendor/idb/index.js" {
  export * from "idb";
}

declare module "*/vendor/noble/index.js" {
  export * from "@noble/ed25519";
}

declare module "*/vendor/zxing/reader/index.js" {
  export * from "zxing-wasm/reader";
}
