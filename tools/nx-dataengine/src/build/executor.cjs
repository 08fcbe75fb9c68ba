// nx asks for executors with require(); the rest of this package is ESM.
module.exports = async (options, context) => (await import('./executor.mjs')).default(options, context);
