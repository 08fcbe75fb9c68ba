import type { DuckDBConnection } from '@duckdb/node-api';
import type { EmbeddableReport } from '../../embed/index.ts';
import type { ReportBox } from '../../report/index.ts';

/** What embedding looks at, put together again from the rows: so that similar files can be explained without opening them. */
export async function storedReports(connection: DuckDBConnection, ids: readonly string[]): Promise<Map<string, EmbeddableReport>> {
  const found = new Map(ids.map((id) => [id, { parts: [] as EmbeddableReport['parts'][number][], channels: [] as EmbeddableReport['channels'][number][] }]));
  if (ids.length === 0) return found;
  const read = async (statement: string): Promise<Record<string, unknown>[]> => (await connection.runAndReadAll(statement)).getRowObjectsJS() as Record<string, unknown>[];
  // The ids are looked for in their own column first; the contents are then read by number.
  await connection.run(`CREATE OR REPLACE TEMP TABLE wanted AS SELECT file_id, channel_set, part_set, number FROM file_rows WHERE file_id IN (${ids.map((_, i) => `$${i + 1}`).join(', ')})`, [...ids]);
  const attributes = new Map<string, Record<string, unknown>[]>();
  for (const row of await read('SELECT f.file_id, a.part_index, a.attr_name, a.attr_type, a.size_bytes, CASE WHEN a.value_sha256 IS NULL THEN a.value_json END AS value_json FROM wanted f JOIN file_attributes l ON l.file = f.number JOIN attribute_values a ON a.content = l.content ORDER BY a.attr_index')) {
    const key = `${row['file_id']} ${row['part_index']}`;
    attributes.set(key, [...(attributes.get(key) ?? []), row]);
  }
  for (const row of await read('SELECT f.file_id, p.* FROM wanted f JOIN part_sets p ON p.content = f.part_set ORDER BY p.part_index')) {
    found.get(row['file_id'] as string)!.parts.push({
      name: row['part_name'] as string | null, type: row['part_type'] as 'scanlineimage', view: row['view_name'] as string | null, data_window: JSON.parse(row['data_window'] as string) as ReportBox, display_window: JSON.parse(row['display_window'] as string) as ReportBox,
      pixel_aspect_ratio: row['pixel_aspect_ratio'] as number, line_order: row['line_order'] as string, compression: row['compression'] as string, tile_width: row['tile_width'] as number | null, tile_height: row['tile_height'] as number | null,
      level_mode: row['level_mode'] as string | null, rounding_mode: row['rounding_mode'] as string | null, is_deep: row['is_deep'] as boolean, color_space: row['color_space'] as string | null, software: row['render_software'] as string | null,
      attributes: (attributes.get(`${row['file_id']} ${row['part_index']}`) ?? []).map((one) => ({ name: one['attr_name'] as string, type: one['attr_type'] as string, size: Number(one['size_bytes']), value: one['value_json'] === null ? null : (JSON.parse(one['value_json'] as string) as null) })),
    });
  }
  for (const row of await read('SELECT f.file_id, c.channel_name, c.layer_name, c.component_name, c.view_name, c.channel_type, c.x_sampling, c.y_sampling, c.p_linear, c.part_index FROM wanted f JOIN channel_sets c ON c.content = f.channel_set ORDER BY c.channel_index')) {
    found.get(row['file_id'] as string)!.channels.push({
      name: row['channel_name'] as string, layer: row['layer_name'] as string, component: row['component_name'] as string, view: row['view_name'] as string | null, type: row['channel_type'] as 'half', x_sampling: row['x_sampling'] as number, y_sampling: row['y_sampling'] as number, p_linear: row['p_linear'] === true, part_index: row['part_index'] as number,
    });
  }
  return found;
}
