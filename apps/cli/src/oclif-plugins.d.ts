// Commands inside oclif's plugins: their package.json exports the plugin alone (build.mjs finds them).
declare module '@oclif/plugin-autocomplete/lib/commands/autocomplete/*' {
  const command: import('@oclif/core/command').Command.Class;
  export default command;
}
declare module '@oclif/plugin-help/lib/commands/*' {
  const command: import('@oclif/core/command').Command.Class;
  export default command;
}
