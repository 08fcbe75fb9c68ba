/** Pictures for eyes: `const { png } = await renderPreview(file, { size: 512, layer: 'diffuse', exposure: 1 })`. */
export { choosePicture, renderPreview, type PreviewPicture, type PreviewFile, type PreviewOptions } from './preview.ts';
export { layerPictures, pictureChannels, type LayerPicture, type PictureChannels, type PictureChoice } from './channels.ts';
export { hashId } from './ids.ts';
export { flattenPixel, type DeepPixelSample } from './flatten-pixel.ts';
export { develop, type Colours, type DevelopOptions, type ToneMap } from './develop.ts';
export type { FrameOptions } from './frame.ts';
export { encodePng } from './png.ts';
export { readProxyPlanes, type ProxyPlanes, type ProxyPlanesOptions } from './planes.ts';
export type { Proxy } from './proxy.ts';
export { proxyTask } from './proxy-task.ts';
