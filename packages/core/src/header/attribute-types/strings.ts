/** string, stringvector, and `bytes` with its hint. */
import { decodeText, encodeText } from '../text.ts';
import type { HintedBytes } from '../values.ts';
import { viewOf, type AttributeType } from './type.ts';

/** All the bytes of the value; no length before and no zero after. */
const string: AttributeType<string> = {
  name: 'string',
  check: () => null,
  read: (bytes) => decodeText(bytes),
  write: encodeText,
};

/** Each string after its length (int32), to the end of the value. */
const stringvector: AttributeType<readonly string[]> = {
  name: 'stringvector',
  check(bytes) {
    const view = viewOf(bytes);
    for (let at = 0, index = 0; at < bytes.length; index++) {
      if (bytes.length - at < 4) return `${bytes.length - at} bytes are left for the length of string ${index}, expected 4`;
      const length = view.getInt32(at, true);
      at += 4;
      if (length < 0 || length > bytes.length - at) return `string ${index} says ${length} bytes, expected 0 to ${bytes.length - at}`;
      at += length;
    }
    return null;
  },
  read(bytes) {
    const view = viewOf(bytes);
    const strings: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + view.getInt32(at, true);
      strings.push(decodeText(bytes, at + 4, end));
      at = end;
    }
    return strings;
  },
  write(value) {
    const encoded = value.map(encodeText);
    const bytes = new Uint8Array(encoded.reduce((sum, each) => sum + 4 + each.length, 0));
    const view = viewOf(bytes);
    let at = 0;
    for (const each of encoded) {
      view.setInt32(at, each.length, true);
      bytes.set(each, at + 4);
      at += 4 + each.length;
    }
    return bytes;
  },
};

/** The hint's length (uint32), the hint, then data to the end of the value (OpenEXR 3.4, exr_attr_bytes_t). */
const bytesType: AttributeType<HintedBytes> = {
  name: 'bytes',
  check(bytes) {
    if (bytes.length < 4) return `${bytes.length} bytes, expected at least 4`;
    const hint = viewOf(bytes).getUint32(0, true);
    return hint <= bytes.length - 4 ? null : `the hint says ${hint} bytes, expected at most ${bytes.length - 4}`;
  },
  read(bytes) {
    const end = 4 + viewOf(bytes).getUint32(0, true);
    return { typeHint: decodeText(bytes, 4, end), data: bytes.subarray(end) };
  },
  write({ typeHint, data }) {
    const hint = encodeText(typeHint);
    const bytes = new Uint8Array(4 + hint.length + data.length);
    viewOf(bytes).setUint32(0, hint.length, true);
    bytes.set(hint, 4);
    bytes.set(data, 4 + hint.length);
    return bytes;
  },
};

export const STRING_TYPES: readonly AttributeType[] = [string, stringvector, bytesType];
