import { createKernels, type Kernels } from '@exr/kernels';
import { inflateInto } from '../compression/index.ts';
import { ExrError } from '../errors.ts';
import { decodeIdManifest, valueOf, type Attribute, type IdManifestGroup } from '../header/index.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';

/** Most that deflate can make of a byte (zlib, "Maximum Compression Factor"). */
const MOST_FROM_A_BYTE = 1032;

/**
 * Inflates and decodes an `idmanifest` attribute: the names behind the ids of its channels. `kernels` may be given to share their memory.
 * Throws BAD_ATTRIBUTE for an attribute that is none, CORRUPT_DATA, UNSUPPORTED_FEATURE, and LIMIT_EXCEEDED (`inflatedAttributeBytes`).
 */
export function readIdManifest(attribute: Attribute, limits: Limits = DEFAULT_LIMITS, kernels?: Kernels): readonly IdManifestGroup[] {
  const manifest = valueOf(attribute, 'idmanifest');
  if (manifest === undefined) {
    throw new ExrError('BAD_ATTRIBUTE', `attribute "${attribute.name}" of type ${attribute.type} cannot be read as an idmanifest`, { attribute: attribute.name });
  }
  return decodeIdManifest(
    manifest,
    (packed, length) => {
      // Before memory is taken for it: no stream of this length inflates to that.
      if (length > packed.length * MOST_FROM_A_BYTE) throw new ExrError('CORRUPT_DATA', `idmanifest: ${packed.length} bytes cannot inflate to ${length}`, { attribute: attribute.name });
      const using = kernels ?? createKernels();
      const mark = using.mark();
      try {
        const out = using.allocate(length);
        const got = inflateInto(using, packed, out, length);
        if (got !== length) throw new ExrError('CORRUPT_DATA', `idmanifest: ${got} bytes after inflating, expected ${length}`, { attribute: attribute.name });
        return using.bytes(out, length).slice();
      } finally {
        using.release(mark);
      }
    },
    limits,
  );
}
