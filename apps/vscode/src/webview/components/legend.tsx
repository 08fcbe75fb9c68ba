/** What false colours stand for. */
import { useEffect, useRef } from 'preact/hooks';
import { valueText } from '../format/numbers.ts';
import { MIDDLE_GREY, rampGradient, STOPS_ABOVE, STOPS_BELOW } from '../image/ramp.ts';
import { legendMarks } from '../image/legend-marks.ts';

export function Legend({ mode, range, exposure, what }: { what: string; mode: 'off' | 'linear' | 'log'; range: readonly [number, number] | null; exposure: number }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (bar.current) bar.current.style.background = rampGradient();
  }, []);
  const marks = legendMarks(mode, range);
  return (
    <div class="legend" role="img" aria-label={mode === 'off' ? `False colour: stops around middle grey, from ${-STOPS_BELOW} to ${STOPS_ABOVE}` : `False colour from ${range ? valueText(range[0]) : 'least'} to ${range ? valueText(range[1]) : 'most'}`}>
      <span class="legend-title">{mode === 'off' ? `stops about middle grey (${MIDDLE_GREY}${exposure === 0 ? '' : ', exposed'})` : mode === 'log' ? `${what}, logarithmic` : what}</span>
      <div class="legend-bar" ref={bar} />
      <div class="legend-marks">{marks.map(({ at, text }) => <span key={at} style={{ left: `${at * 100}%` }}>{text}</span>)}</div>
    </div>
  );
}
