// nx asks for generators with require(); the rest of this package is ESM.
module.exports = async (tree, options) => (await import('./generator.mjs')).default(tree, options);
