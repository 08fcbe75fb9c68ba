/** Pictures for eyes: `const { png } = await renderPreview(file, { size: 512, layer: 'diffuse', exposure: 1 })`. */
export { renderPreview, type PreviewPicture, type PreviewFile, type PreviewOptions } from './preview.ts';
export { pictureChannels, type PictureChannels, type PictureChoice } from './channels.ts';
export { flattenPixel, type DeepPixelSample } from './flatten-pixel.ts';
export { luminanceWeights, REC709, rgbToXyz, toSrgb, type Matrix3, type Primaries } from './color.ts';
export type { DevelopOptions, ToneMap } from './develop.ts';
export type { FrameOptions } from './frame.ts';
export { encodePng } from './png.ts';
export { proxyTask } from './proxy-task.ts';
