/**
 * Vocabularies that nobody chose: AOV names made of syllables by a seed, in five spellings, so that no list in the code can know them. `own`: five renderers,
 * each with its own names; `shared`: every renderer draws from one pool of 40; `presets`: eight fixed sets from that pool, as studios have them.
 */
import { random } from './generator.mjs';
import { HOUSE } from './vocabulary.mjs';

const SYLLABLES = 'ba ko ri ma shu len tor vi pas del nor eki fu zan qua mel dis tra gol hem'.split(' ');
const SPELLINGS = [
  (word) => `${word()}_${word()}`,
  (word) => capital(word()) + capital(word()),
  (word) => word(),
  (_, prefix, i) => `${prefix}_${String(i).padStart(2, '0')}`,
  (word, prefix) => prefix + capital(word()),
];
const capital = (word) => word[0].toUpperCase() + word.slice(1);

function pool(rng, size, spelling, prefix) {
  const word = () => Array.from({ length: 2 + rng.below(2) }, () => rng.pick(SYLLABLES)).join('');
  return Array.from({ length: size }, (_, i) => {
    const layer = SPELLINGS[spelling](word, prefix, i);
    return rng.pick([...Array(5).fill({ layer, components: ['R', 'G', 'B'] }), { layer, components: ['X', 'Y', 'Z'], type: 'float' }, { layer: '', components: [layer], type: 'float' }, { layer, components: ['R', 'G', 'B', 'A'] }]);
  });
}

/** @param {'own' | 'shared' | 'presets'} kind */
export function invented(kind, seed) {
  const rng = random(seed * 101 + 7);
  const common = pool(rng, 40, seed % SPELLINGS.length, 'px');
  const some = () => {
    const left = [...common];
    return Array.from({ length: 3 + rng.below(22) }, () => left.splice(rng.below(left.length), 1)[0]);
  };
  return {
    ...HOUSE,
    name: `made up, ${kind}`,
    renderers: HOUSE.renderers.concat(HOUSE.renderers.slice(0, 2).map((renderer) => ({ ...renderer, software: `${renderer.software}x` }))).map((renderer, i) => ({ ...renderer, pool: kind === 'own' ? pool(rng, 14 + rng.below(18), (seed + i) % SPELLINGS.length, `r${i}`) : common })),
    ...(kind === 'presets' ? { presets: Array.from({ length: 8 }, some) } : {}),
  };
}
