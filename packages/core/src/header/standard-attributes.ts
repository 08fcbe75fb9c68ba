/** The standard attributes: their names and types (OpenEXR 3.4, StandardAttributes.rst and ImfStandardAttributes.h). */
import { greatest } from '../flow/index.ts';
import type { AttributeValues } from './values.ts';

export type AttributeGroup = 'basic' | 'multipart' | 'position' | 'camera' | 'lens' | 'editorial' | 'color' | 'pipeline' | 'deprecated';

export interface StandardAttribute {
  readonly name: string;
  readonly type: keyof AttributeValues;
  readonly group: AttributeGroup;
}

const GROUPS: Record<AttributeGroup, Partial<Record<keyof AttributeValues, string>>> = {
  basic: {
    box2i: 'displayWindow dataWindow originalDataWindow',
    float: 'pixelAspectRatio screenWindowWidth',
    v2f: 'screenWindowCenter',
    lineOrder: 'lineOrder',
    compression: 'compression',
    chlist: 'channels',
    preview: 'preview',
  },
  multipart: { string: 'name type view', int: 'version chunkCount', tiledesc: 'tiles' },
  position: {
    m44f: 'worldToCamera worldToNDC',
    v2f: 'sensorCenterOffset sensorOverallDimensions',
    float: 'sensorPhotositePitch xDensity longitude latitude altitude',
    box2i: 'sensorAcquisitionRectangle',
  },
  camera: {
    string: 'cameraMake cameraModel cameraSerialNumber cameraFirmwareVersion cameraUuid cameraLabel',
    float: 'cameraCCTSetting cameraTintSetting isoSpeed expTime shutterAngle',
    v2f: 'cameraColorBalance',
    rational: 'captureRate',
  },
  lens: {
    string: 'lensMake lensModel lensSerialNumber lensFirmwareVersion',
    float: 'nominalFocalLength pinholeFocalLength effectiveFocalLength entrancePupilOffset aperture tStop focus',
  },
  editorial: {
    string: 'owner comments capDate reelName ascFramingDecisionList',
    float: 'utcOffset',
    keycode: 'keyCode',
    rational: 'framesPerSecond',
    timecode: 'timeCode',
    int: 'imageCounter',
  },
  color: { chromaticities: 'chromaticities', float: 'whiteLuminance', v2f: 'adoptedNeutral' },
  pipeline: {
    envmap: 'envmap',
    string: 'wrapmodes colorInteropID',
    stringvector: 'multiView',
    deepImageState: 'deepImageState',
    idmanifest: 'idManifest',
    int: 'acesImageContainerFlag',
  },
  deprecated: { float: 'dwaCompressionLevel', string: 'renderingTransform lookModTransform', int: 'maxSamplesPerPixel' },
};

export const STANDARD_ATTRIBUTES: ReadonlyMap<string, StandardAttribute> = new Map(
  Object.entries(GROUPS).flatMap(([group, types]) =>
    Object.entries(types).flatMap(([type, names]) =>
      names.split(' ').map((name): [string, StandardAttribute] => [
        name,
        { name, type: type as keyof AttributeValues, group: group as AttributeGroup },
      ]),
    ),
  ),
);

const BY_LOWER_CASE: ReadonlyMap<string, StandardAttribute> = new Map([...STANDARD_ATTRIBUTES.values()].map((each) => [each.name.toLowerCase(), each]));
const LONGEST = greatest(STANDARD_ATTRIBUTES.keys(), ({ length }) => length);

/** The standard attribute of this name, or the one that differs from it in case alone (`timecode` → `timeCode`). */
export function standardAttribute(name: string): StandardAttribute | undefined {
  return STANDARD_ATTRIBUTES.get(name) ?? (name.length > LONGEST ? undefined : BY_LOWER_CASE.get(name.toLowerCase()));
}

/** What every header must have (OpenEXRCore, validation.c). */
export const REQUIRED_ATTRIBUTES = [
  'channels', 'compression', 'dataWindow', 'displayWindow', 'lineOrder', 'pixelAspectRatio', 'screenWindowCenter', 'screenWindowWidth',
] as const;
