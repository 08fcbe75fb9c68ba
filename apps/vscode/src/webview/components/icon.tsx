/** Line icons of our own, 16 by 16, in the colour of the text. */
const PATHS = {
  header: 'M2.5 3.5h11M5.5 6.5h8M5.5 9.5h8M5.5 12.5h8M2.5 6.5h.01M2.5 9.5h.01M2.5 12.5h.01',
  layers: 'M8 2.5 14 5.5 8 8.5 2 5.5zM2.5 8.3 8 11l5.5-2.7M2.5 11 8 13.7l5.5-2.7',
  structure: 'M2.5 3.5h5v4h-5zM9.5 3.5h4v4h-4zM2.5 9.5h3v3h-3zM7.5 9.5h6v3h-6z',
  statistics: 'M2.5 13.5h11M3.5 11V8.5M6.5 11V4.5M9.5 11V6.5M12.5 11V9.5',
  adjust: 'M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M8.5 3v3h3V3zM4.5 10v3h3v-3z',
  previous: 'M10 3.5 5.5 8l4.5 4.5',
  next: 'M6 3.5 10.5 8 6 12.5',
  down: 'M4 6.2 8 10l4-3.8',
  right: 'M6.2 4 10 8l-3.8 4',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM10.2 10.2l3.3 3.3',
  copy: 'M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2',
  braces: 'M6 3c-1.5 0-2 .6-2 2v1.3C4 7.3 3.4 8 2.5 8c.9 0 1.5.7 1.5 1.7V11c0 1.4.5 2 2 2M10 3c1.5 0 2 .6 2 2v1.3c0 1 .6 1.7 1.5 1.7-.9 0-1.5.7-1.5 1.7V11c0 1.4-.5 2-2 2',
  help: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM6.2 6.3c.1-1 .9-1.7 1.9-1.7s1.8.7 1.8 1.6c0 1.4-1.8 1.5-1.8 2.9M8 11.3v.1',
  export: 'M8 2.5v7M5 6.8l3 3 3-3M2.5 11v2.5h11V11',
  link: 'M6.7 9.3 9.3 6.7M7.3 4.8l1.5-1.5a2.7 2.7 0 0 1 3.9 3.9l-1.5 1.5M8.7 11.2l-1.5 1.5a2.7 2.7 0 0 1-3.9-3.9l1.5-1.5',
  marquee: 'M2.5 4.5v-2h2M7 2.5h2M11.5 2.5h2v2M13.5 7v2M13.5 11.5v2h-2M9 13.5H7M4.5 13.5h-2v-2M2.5 9V7',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.1',
  error: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM6 6l4 4M10 6l-4 4',
  info: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM8 7.3v4M8 4.8v.1',
  ok: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM5.3 8.2l1.9 1.9 3.6-4',
  clock: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM8 4.8V8l2.2 1.6',
  expand: 'M4 10l4-4 4 4',
  collapse: 'M4 6l4 4 4-4',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13.2 2.2v2.6h-2.6',
  target: 'M8 2v3M8 11v3M2 8h3M11 8h3M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.15" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
