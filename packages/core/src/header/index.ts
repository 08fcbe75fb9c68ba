/**
 * Headers: version field, attributes, channels, parts. `openExr` is the way in; everything else reads what it returns.
 */
export { openExr, type ExrFile, type OpenOptions } from './open.ts';
export { serializeHeader, isLossless } from './serialize.ts';
export { isMagic, identify } from './magic.ts';
export { valueOf } from './attribute.ts';
export { ATTRIBUTE_TYPES, type AttributeType } from './attribute-types/index.ts';
export { STANDARD_ATTRIBUTES, REQUIRED_ATTRIBUTES, standardAttribute, type AttributeGroup, type StandardAttribute } from './standard-attributes.ts';
export { layersOf, placeOf, viewsOf, type ChannelPlace, type Layer } from './layers.ts';
export { lossyChannels } from './lossy-channels.ts';
export { softwareOf } from './software.ts';
export { formatTimeCode, timeCodeOf, frameRateOf, misnamedFrameRate } from './provenance.ts';
export { decodeIdManifest, type IdManifestGroup, type Inflate } from './id-manifest.ts';
export { decodeText, encodeText, hasEscapedBytes } from './text.ts';
export { meantName, meantNames } from './named.ts';
export type * from './types.ts';
export { COMPRESSIONS, LEVEL_MODES, LINE_ORDERS, PART_TYPES, PIXEL_TYPES, ROUNDING_MODES } from './types.ts';
export type * from './values.ts';
