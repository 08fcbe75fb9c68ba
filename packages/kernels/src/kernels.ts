import { SCALAR, SIMD } from './wasm.generated.ts';

/** The functions that assembly/ exports: numbers in, numbers out. A codec's wrapper knows the signature of what it calls. */
export type KernelFunctions = Record<string, (...args: number[]) => number>;

export interface KernelOptions {
  /** Force the build without SIMD (a test, or an engine that lacks it). Default: SIMD where the engine has it. */
  readonly simd?: boolean;
  /** Most bytes of linear memory; more is a KernelMemoryError. Default 1 GiB. */
  readonly maxBytes?: number;
  /** What compiledKernels() gave, sent from another thread: nothing is compiled again, and `simd` is as it says. */
  readonly compiled?: CompiledKernels;
}

/** The kernels' code, which threads share by postMessage. */
export interface CompiledKernels {
  readonly module: WebAssembly.Module;
  readonly simd: boolean;
}

/** Thrown when an allocation would pass `maxBytes`, or the engine gives no more memory. */
export class KernelMemoryError extends Error {
  constructor(readonly requested: number, readonly limit: number) {
    super(`the kernels' memory would need ${requested} bytes, the limit is ${limit}`);
    this.name = 'KernelMemoryError';
  }
}

/** One instance of the kernels with a linear memory of its own: one per thread. Addresses are offsets in that memory. */
export interface Kernels {
  readonly simd: boolean;
  readonly call: KernelFunctions;
  /** A 64-byte aligned address of `bytes` bytes (uninitialised; 64 bytes beyond it may be read or written by SIMD kernels). A stack: see mark, release. */
  allocate(bytes: number): number;
  mark(): number;
  release(mark: number): void;
  /** A view of linear memory. Allocating may move the memory and detach views: take a fresh one. */
  bytes(address: number, length: number): Uint8Array;
  view(): DataView;
  /** Bytes of linear memory held now: it never shrinks, so who wants it back drops the instance. */
  readonly held: number;
  /** Most bytes of linear memory; may be set between two allocations. */
  limit: number;
}

// One compiled module per build and process: instances share the code.
const compiled = new Map<boolean, WebAssembly.Module>();

export function createKernels(options: KernelOptions = {}): Kernels {
  const { module, simd } = options.compiled ?? compiledKernels(options.simd);
  let limit = options.maxBytes ?? 2 ** 30;
  const instance = new WebAssembly.Instance(module, { env: {} });
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  const call = instance.exports as unknown as KernelFunctions;
  let top = call['heapBase']!();
  // Asking the engine for it takes longer than many a kernel; nothing but allocate() makes the memory grow.
  let buffer = memory.buffer;
  return {
    simd,
    call,
    allocate(bytes) {
      const address = top;
      const end = address + Math.ceil((bytes + 64) / 64) * 64;
      if (end > limit) throw new KernelMemoryError(end, limit);
      const missing = end - buffer.byteLength;
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / 65536));
        } catch {
          throw new KernelMemoryError(end, buffer.byteLength);
        }
        buffer = memory.buffer;
      }
      top = end;
      return address;
    },
    mark: () => top,
    release(mark) {
      top = mark;
    },
    bytes: (address, length) => new Uint8Array(buffer, address, length),
    view: () => new DataView(buffer),
    get held() {
      return buffer.byteLength;
    },
    get limit() {
      return limit;
    },
    set limit(bytes) {
      limit = bytes;
    },
  };
}

/** The compiled code for this engine (or the build that is asked for), compiled once. */
export function compiledKernels(simd: boolean = supportsSimd()): CompiledKernels {
  return { module: moduleFor(simd), simd };
}

function moduleFor(simd: boolean): WebAssembly.Module {
  let module = compiled.get(simd);
  if (!module) compiled.set(simd, (module = new WebAssembly.Module(fromBase64(simd ? SIMD : SCALAR))));
  return module;
}

// The smallest module that uses v128: (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt).
const SIMD_PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

function supportsSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
