/** What Prometheus reads at /metrics. Labels have few values, all of ours: never a key, a bucket or a message. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Gauges {
  readonly inHouse: () => number;
  readonly reading: () => number;
  readonly waitingToRead: () => number;
  readonly waitingForStore: () => number;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const KIB = 1024;

export class Metrics {
  readonly registry = new Registry();
  private readonly registers = [this.registry];
  readonly events = new Counter({ name: 'exr_function_events_total', help: 'Events answered, by what they were about and what became of them', labelNames: ['kind', 'outcome'], registers: this.registers });
  readonly files = new Counter({ name: 'exr_function_files_total', help: 'Objects of events, by what became of them', labelNames: ['action', 'outcome'], registers: this.registers });
  readonly errors = new Counter({ name: 'exr_function_errors_total', help: 'First errors of files and events, by code', labelNames: ['code'], registers: this.registers });
  readonly duration = new Histogram({ name: 'exr_function_event_seconds', help: 'From the last byte of an event to its answer', labelNames: ['kind'], buckets: SECONDS, registers: this.registers });
  readonly readSeconds = new Histogram({ name: 'exr_function_read_seconds', help: 'Looking into one object', buckets: SECONDS, registers: this.registers });
  readonly readBytes = new Histogram({ name: 'exr_function_read_bytes', help: 'Bytes read of one object', buckets: [16, 64, 128, 256, 1024, 16_384, 262_144].map((kib) => kib * KIB), registers: this.registers });
  readonly readRequests = new Histogram({ name: 'exr_function_read_requests', help: 'Requests for one object', buckets: [0, 1, 2, 3, 5, 10, 100], registers: this.registers });
  readonly storeSeconds = new Histogram({ name: 'exr_function_store_seconds', help: 'Transactions of the store', labelNames: ['outcome'], buckets: SECONDS, registers: this.registers });
  readonly storeFiles = new Histogram({ name: 'exr_function_store_files', help: 'Files in one transaction', buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500], registers: this.registers });
  readonly sinkSeconds = new Histogram({ name: 'exr_function_sink_seconds', help: 'Output events, by status class', labelNames: ['status'], buckets: SECONDS, registers: this.registers });

  constructor(gauges: Gauges) {
    collectDefaultMetrics({ register: this.registry });
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({ name, help, registers: this.registers, collect() { this.set(read()); } });
    };
    gauge('exr_function_events_in_house', 'Events that are not answered yet', gauges.inHouse);
    gauge('exr_function_reading', 'Objects that are being looked into', gauges.reading);
    gauge('exr_function_queue_depth', 'Objects that wait to be looked into', gauges.waitingToRead);
    gauge('exr_function_store_queue_depth', 'Files that wait for the store', gauges.waitingForStore);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
