/** Words beside numbers in names, in lower case. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** A number behind one of these says which shot, scene or camera, not which frame. */
export const SHOT_WORDS = words(
  's sh sht shot shots sq seq sqn sequence sc scn scene ep epi episode e reel r cam camera c part pt unit block pl plate no nr num take tk v ver version rev',
);

/** So too where four digits or more stand directly behind it (`sh0010`, `v0012`); behind other words, `cam0001` among them, those are a frame. */
export const LONG_SHOT_WORDS = words('s sh sht sq seq sqn sc scn ep epi e v ver rev tk');

/** What fewer than four digits behind a letter number: things, sizes, kinds of data. */
export const STEM_WORDS = words(
  `v ver version rev sh shot sq seq sc scn scene ep cam camera char prop set asset mat material mtl obj object geo mesh tex texture udim u tile pass part layer lyr aov lpe lgt light lights
  key fill rim spot area dome mip lod lvl level size res k bit bits px w h x y z id ids crypto cryptomatte g gamma p d ap rec bt aces rgb rgba srgb half float uint fp int
  take tk iter var variant variation option opt look stereo eye view mask matte rev r n s`,
);

/** Behind a frame number: which picture of the frame it is. */
export const SUFFIX_WORDS = words(
  `l r left right lf rt le re eye view mono stereo crypto cryptomatte cryptomatte_object beauty rgb rgba alpha depth z zdepth normal normals n p position uv motion velocity vector albedo diffuse specular
  denoised denoise noisy clean raw variance filtered ao shadow shadows emission id ids matte mask deep main aov aovs aux layers tile crop proxy lowres hires half full tmp`,
);

/** Behind a number that is a shot's: `sh_0010_comp`. */
export const DEPARTMENT_WORDS = words('comp precomp anim animation fx cfx lgt light lighting roto paint prep plate bg fg render layout model lookdev look track matchmove dmp env grade final master edit conform precomp cleanplate element ref');

const TEXTURE_WORDS = words(
  `env envs environment envmap hdr hdri hdris ibl map maps tex texture textures sky skies skydome dome latlong latlon equirect equirectangular panorama pano probe lightprobe studio cube cubemap
  irradiance radiance backplate displacement disp bump roughness metallic height`,
);
/** Widths of pictures that are no likely frames. */
const SIZES = new Set([256, 512, 2048, 4096, 8192, 16384, 32768]);
/** Those that a frame may well have too: sizes only of what sounds like a texture. */
const SIZES_OF_TEXTURES = new Set([720, 1024, 1080, 1440, 1536, 1920, 2160, 3072, 3840, 4320, 6144, 12288, 128]);

/** True when a number behind `before` is rather a picture's size than a frame: `env_2048`, `sky-4096`, `hdri1024`. */
export function sizeIn(before: string, digits: string): boolean {
  if (digits.startsWith('0')) return false;
  const value = Number(digits);
  if (SIZES.has(value)) return true;
  if (!SIZES_OF_TEXTURES.has(value)) return false;
  const name = before.slice(Math.max(before.lastIndexOf('/'), before.lastIndexOf('\\')) + 1);
  return name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/).some((word) => TEXTURE_WORDS.has(word.toLowerCase()));
}
