/** Traces over OTLP, when an endpoint is set. Without one nothing of OpenTelemetry is loaded. */
import type { Context, Span, Tracer as OtelTracer } from '@opentelemetry/api';

/** What one event carries through the function. */
export interface Trace {
  /** W3C, for what goes out; null when nothing came in and nothing is traced. */
  readonly traceparent: string | null;
  /** Times `work` as a part of the event. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Said of the event at its end. */
  end(attributes: Readonly<Record<string, string | number>>, error?: string): void;
}

export interface Tracer {
  begin(name: string, traceparent: string | null, attributes: Readonly<Record<string, string | number>>): Trace;
  /** Sends what has gathered. */
  close(): Promise<void>;
}

/** Passes the sender's traceparent on. */
export const NO_TRACER: Tracer = {
  begin: (_, traceparent) => ({ traceparent, span: (_name, work) => work(), end: () => undefined }),
  close: async () => undefined,
};

/** OTEL_EXPORTER_OTLP_* (endpoint, headers, timeout, compression) and OTEL_RESOURCE_ATTRIBUTES are read by the SDK. */
export async function otlpTracer(serviceName: string, version: string): Promise<Tracer> {
  const [{ ROOT_CONTEXT, SpanStatusCode, trace }, { OTLPTraceExporter }, { resourceFromAttributes, envDetector, detectResources }, { BatchSpanProcessor, TracerProvider }] = await Promise.all([
    import('@opentelemetry/api'), import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/resources'), import('@opentelemetry/sdk-trace'),
  ]);
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }).merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })] });
  const tracer: OtelTracer = provider.getTracer('exr-function', version);

  const parentOf = (traceparent: string | null): Context => {
    const [, traceId, spanId, flags] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? '') ?? [];
    if (traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId!)) return ROOT_CONTEXT;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16), isRemote: true });
  };
  const finish = (span: Span, error: unknown): void => {
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    span.end();
  };
  return {
    begin(name, traceparent, attributes) {
      const span = tracer.startSpan(name, { attributes, kind: 4 /* consumer */ }, parentOf(traceparent));
      const inside = trace.setSpan(ROOT_CONTEXT, span);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
        async span(child, work) {
          const part = tracer.startSpan(child, {}, inside);
          try {
            const result = await work();
            finish(part, undefined);
            return result;
          } catch (error) {
            finish(part, error);
            throw error;
          }
        },
        end(more, error) {
          span.setAttributes(more);
          finish(span, error);
        },
      };
    },
    close: () => provider.shutdown(),
  };
}
