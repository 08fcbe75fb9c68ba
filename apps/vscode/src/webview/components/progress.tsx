/** Something that takes a while. */
import type { Progress } from '../../shared/rpc.ts';

export function ProgressLine({ label, progress, onCancel }: { label: string; progress: Progress | null; onCancel?: () => void }) {
  const share = progress && progress.total > 0 ? progress.done / progress.total : null;
  return (
    <div class="progress-line">
      <span>{label}{share !== null && `… ${Math.floor(share * 100)}%`}</span>
      <div class={`progress-bar ${share === null ? 'is-unknown' : ''}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} {...(share !== null && { 'aria-valuenow': Math.floor(share * 100) })}>
        <span style={{ width: share === null ? '30%' : `${share * 100}%` }} />
      </div>
      {onCancel && <button type="button" class="button is-secondary" onClick={onCancel}>Cancel</button>}
    </div>
  );
}
