/**
 * Plain JavaScript values and Arrow scalars: what is accepted for a column type, checked for kind and range. The
 * canonical value is a number up to 32 bits, a bigint for 64 and 128, a string, a Uint8Array or a boolean.
 *
 *   int64, uint64   bigint, or a number that is a safe integer
 *   decimal128      a string `12.34`, or a bigint of the unscaled value
 *   date32          a Date, or days since 1970
 *   timestamp       a Date, or a bigint or safe integer in the column's own unit
 *   time            a bigint or safe integer in the column's own unit
 */
import { TypeId, details, typeName, type DataType } from './arrow.ts';
import { usage } from './errors.ts';

/** A scalar in the form in which it is written. */
export type Scalar = number | bigint | string | boolean | Uint8Array;

const UNIT_PER_MS = [0.001, 1, 1_000, 1_000_000] as const;

/** The canonical scalar of a leaf type. `where` begins the message of the error: a function, so that no text is made for values that are right. */
export function toScalar(type: DataType, value: unknown, where: string | (() => string)): Scalar {
  const t = details(type);
  const refuse = (): never => {
    throw usage(`${typeof where === 'string' ? where : where()}: ${shown(value)} found; expected ${typeName(type)}`, 'WRONG_VALUE');
  };
  switch (t.typeId) {
    case TypeId.Int:
      return integer(value, t.bitWidth ?? 64, t.isSigned === true) ?? refuse();
    case TypeId.Float:
      return typeof value === 'number' ? value : refuse();
    case TypeId.Bool:
      return typeof value === 'boolean' ? value : refuse();
    case TypeId.Utf8:
      return typeof value === 'string' && isWellFormed(value) ? value : refuse();
    case TypeId.Binary:
      return value instanceof Uint8Array ? value : refuse();
    case TypeId.FixedSizeBinary:
      return value instanceof Uint8Array && value.byteLength === t.byteWidth ? value : refuse();
    case TypeId.Decimal:
      return decimalValue(value, t.precision ?? 38, t.scale ?? 0) ?? refuse();
    case TypeId.Date:
      if (value instanceof Date && !Number.isNaN(value.getTime())) return Math.floor(value.getTime() / 86_400_000);
      return integer(value, 32, true) ?? refuse();
    case TypeId.Time:
      return integer(value, t.bitWidth ?? 64, true) ?? refuse();
    case TypeId.Timestamp:
      if (value instanceof Date && !Number.isNaN(value.getTime())) {
        const unit = t.unit ?? 1;
        const ms = BigInt(value.getTime());
        return unit === 0 ? BigInt(Math.floor(value.getTime() / 1000)) : ms * BigInt(UNIT_PER_MS[unit] ?? 1);
      }
      return integer(value, 64, true) ?? refuse();
    default:
      return refuse();
  }
}

/** A value for a message: short, and never more than its beginning. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  return String(value);
}

/** A decimal's text: `-12.34` for -1234 with scale 2. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function integer(value: unknown, bits: number, signed: boolean): number | bigint | undefined {
  if (bits <= 32 && typeof value === 'number') {
    const least = signed ? -(2 ** (bits - 1)) : 0;
    return Number.isInteger(value) && value >= least && value < least + 2 ** bits ? value : undefined;
  }
  if (typeof value === 'number' ? !Number.isSafeInteger(value) : typeof value !== 'bigint') return undefined;
  const big = BigInt(value as number | bigint);
  const fits = signed ? BigInt.asIntN(bits, big) === big : BigInt.asUintN(bits, big) === big;
  if (!fits) return undefined;
  return bits <= 32 ? Number(big) : big;
}

function decimalValue(value: unknown, precision: number, scale: number): bigint | undefined {
  const limit = 10n ** BigInt(precision);
  let unscaled: bigint;
  if (typeof value === 'bigint') unscaled = value;
  else if (typeof value === 'string') {
    const match = /^(-?)(\d{1,38})(?:\.(\d{0,38}))?$/.exec(value);
    const fraction = match?.[3] ?? '';
    if (match === null || fraction.length > scale) return undefined;
    unscaled = BigInt(`${match[2]}${fraction.padEnd(scale, '0')}`) * (match[1] === '-' ? -1n : 1n);
  } else return undefined;
  return unscaled < limit && unscaled > -limit ? unscaled : undefined;
}

/** ES2024, in Node since 20. */
type Text = string & { isWellFormed?: () => boolean };

/** A lone surrogate would silently become U+FFFD. */
function isWellFormed(text: Text): boolean {
  return text.isWellFormed !== undefined ? text.isWellFormed() : !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
