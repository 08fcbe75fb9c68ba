/** Pixel values in words. */

/** A float to `digits` significant digits, without needless zeros; NaN and infinities by name. */
export function valueText(value: number, digits = 5): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '−Inf';
  if (value === 0) return Object.is(value, -0) ? '−0' : '0';
  const magnitude = Math.abs(value);
  const text = Number.isInteger(value) && magnitude < 1e7 ? String(magnitude)
    : magnitude >= 1e6 || magnitude < 1e-4 ? magnitude.toExponential(digits - 1).replace(/\.?0+e/, 'e').replace('e-', 'e−').replace('e+', 'e')
    : magnitude.toPrecision(digits).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
  return value < 0 ? `−${text}` : text;
}

/** By the channel's type: uint as an integer, half with five digits (it has no more), float with seven. */
export function pixelText(value: number, type: string): string {
  return type === 'uint' ? (Number.isFinite(value) ? String(value) : '–') : valueText(value, type === 'half' ? 5 : 7);
}

/** `+1.5`, `−0.25`, `0`: stops. */
export function stopsText(stops: number): string {
  const rounded = Math.round(stops * 100) / 100;
  return rounded === 0 ? '0.00' : `${rounded > 0 ? '+' : '−'}${Math.abs(rounded).toFixed(2)}`;
}

/** `50%`, `33.3%`, `1600%`. */
export function zoomText(zoom: number): string {
  const percent = zoom * 100;
  return `${percent >= 100 || Number.isInteger(percent) ? Math.round(percent) : percent >= 10 ? percent.toFixed(1) : percent.toFixed(2)}%`;
}
