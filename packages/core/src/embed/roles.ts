/**
 * What an AOV is for, from its name: Arnold says `crypto_object`, V-Ray `VRayCryptomatte`, Blender `CryptoObject`, and a person asks for
 * "cryptomatte". Names are compared without case, separators and digits.
 */

const ROLES: readonly (readonly [role: string, pattern: RegExp])[] = [
  ['cryptomatte', /crypto/],
  ['depth', /^(z|zback|depth|zdepth|zbuffer|vrayzdepth|deepz|camdepth|worlddepth|pz)$|zdepth|depthz/],
  ['normal', /^(n|nn|nx|ny|nz|ng|normals?|worldnormals?|shadingnormals?|smoothnormal|bumpnormals?|vraynormals?|normalpass)$|normal/],
  ['position', /^(p|pworld|pw|pref|po|position|worldposition|pointworld|pworldspace|wp|positionpass)$|position|worldpoint/],
  ['motion', /motion|velocity|^(mv|forward|backward|vector|dpdtime|speed)$/],
  ['uv', /^(uvs?|st|texcoords?|uvpass)$/],
  ['ambient occlusion', /^(ao|occ|ambientocclusion|occlusion)$|occlusion/],
  ['shadow', /shadow/],
  ['subsurface', /sss|subsurface|translucen/],
  ['transmission', /transmi|refract|glass/],
  ['volume', /volume|atmos|fog|scatter/],
  ['emission', /emission|emit|incandesc|selfillum|glow/],
  ['albedo', /albedo|rawdiffuse|diffusefilter|diffcol|glosscol|basecolor|filter$/],
  ['coat', /coat/],
  ['sheen', /sheen|fuzz/],
  ['specular', /spec|reflect|gloss/],
  ['diffuse', /diff|^gi$|globalillumination/],
  ['background', /background|backdrop|^env$|environment/],
  ['lighting', /light|^lg|lpe|^key$|^fill$|^rim$|^dome/],
  ['id', /(^|object|material|asset|render|multimatte|puzzle)(id|mask)$|^(multimatte|matte|mask|puzzlematte)/],
  ['variance', /varian|stddev|^mse$|noiselevel|denois|samplecount|^albedovar/],
  ['beauty', /^(beauty|rgba?|combined|composite|rgbcolor|ci|c)$/],
];

/** Lower-case letters only: `Crypto_Object00` → `cryptoobject`. */
export function bareName(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

const known = new Map<string, string | null>();
const KNOWN_LIMIT = 4096;

/** The role of a layer (`""` = the base layer is `beauty`), or null when its name says nothing. */
export function roleOfLayer(layer: string): string | null {
  if (layer === '') return 'beauty';
  let role = known.get(layer);
  if (role === undefined) {
    // Of `ViewLayer.Combined` and `fx.smoke.depth` the last component says what it is; where that says nothing, the whole name.
    const names = [bareName(layer.slice(layer.lastIndexOf('.') + 1)), bareName(layer)];
    for (const bare of names) role ??= ROLES.find(([, pattern]) => pattern.test(bare))?.[0];
    role ??= null;
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(layer, role);
  }
  return role;
}

/** Components that are colour or coordinates of whatever their layer is; any other name of the base layer (`Z`, `N`, `AO`) is an AOV of its own. */
const PLAIN_COMPONENT = /^(r|g|b|a|y|ry|by|ar|ag|ab|red|green|blue|alpha)$/i;

/** The AOV that a channel belongs to: its layer, or for the base layer the channel itself when it is not colour or alpha. */
export function aovOf(layer: string, component: string): string {
  return layer === '' && !PLAIN_COMPONENT.test(component) ? component : layer;
}
