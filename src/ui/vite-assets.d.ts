/** What vite makes of an import of a bundled worklet: the address it is served at. */
declare module '*?worker&url' {
  const url: string;
  // biome-ignore lint/style/noDefaultExport: vite decides how such a module exports
  export default url;
}
