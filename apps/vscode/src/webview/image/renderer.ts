/** WebGL2: textures of planes in, developed pixels out. Knows nothing of files or hosts. */
import type { ImageAnswer, Level } from '../../shared/protocol.ts';
import { heightOf, type LevelMap, type Transform, widthOf } from './geometry.ts';
import { rampPixels } from './ramp.ts';
import { packPlanes } from './pack.ts';
import { fragmentSource, kindKey, type ShaderKind, VERTEX } from './shader.ts';

/** The planes of one answer, on the graphics card. */
export interface Piece {
  readonly key: string;
  readonly level: Level;
  readonly answer: ImageAnswer;
  readonly scale: number;
  /** Of the textures. */
  readonly bytes: number;
  readonly planes: WebGLTexture;
  readonly hasAlpha: boolean;
  readonly marks: WebGLTexture | null;
}

/** How pieces are developed: the numbers of what ShaderKind switches on. */
export interface Look {
  readonly kind: ShaderKind;
  readonly matrix: readonly number[] | null;
  readonly weights: readonly [number, number, number];
  readonly spread: readonly [number, number];
  readonly log: readonly [number, number, number];
  readonly gamma: number;
  /** Behind alpha, linear. */
  readonly under: readonly [number, number, number];
  readonly under2: readonly [number, number, number];
}

export interface Scene {
  /** Coarse ones first. */
  readonly pieces: readonly Piece[];
  readonly look: Look | null;
  readonly transform: Transform;
  readonly map: LevelMap;
  /** Around the picture: sRGB, 0 to 1. */
  readonly surround: readonly [number, number, number];
}

interface Program {
  readonly program: WebGLProgram;
  readonly at: (name: string) => WebGLUniformLocation | null;
}

/** Texture units by sampler. */
const UNITS = { uPlanes: 0, uMarks: 1, uRamp: 2 } as const;

export class Renderer {
  readonly gl: WebGL2RenderingContext;
  readonly maxTextureSize: number;
  /** Frames drawn since it was made. */
  frames = 0;
  readonly #programs = new Map<string, Program>();
  #ramp: WebGLTexture | null = null;
  #width: number;
  #height: number;

  /** Throws in words for a person when WebGL2 cannot be had. */
  constructor(readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false, preserveDrawingBuffer: false });
    if (!gl) throw new Error('WebGL2 is not available here, so the picture cannot be drawn.');
    this.gl = gl;
    this.#width = canvas.width;
    this.#height = canvas.height;
    this.maxTextureSize = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
    this.restore();
  }

  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  /** After the context came back: everything that was on the card is gone. */
  restore(): void {
    const { gl } = this;
    this.#programs.clear();
    gl.bindVertexArray(gl.createVertexArray());
    gl.disable(gl.DITHER);
    this.#ramp = this.#texture(gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, 256, 1, rampPixels());
  }

  upload(key: string, level: Level, scale: number, answer: ImageAnswer): Piece {
    const { gl } = this;
    const { width, height, format, hasAlpha, marks } = answer;
    const { components, data } = packPlanes(answer);
    const planes = format === 'half'
      ? this.#texture(components === 1 ? gl.R16F : gl.RGBA16F, components === 1 ? gl.RED : gl.RGBA, gl.HALF_FLOAT, width, height, data)
      : this.#texture(components === 1 ? gl.R32F : gl.RGBA32F, components === 1 ? gl.RED : gl.RGBA, gl.FLOAT, width, height, data);
    const markTexture = marks && marks.some((mark) => mark !== 0) ? this.#texture(gl.R8UI, gl.RED_INTEGER, gl.UNSIGNED_BYTE, width, height, answer.scaleX < 1 || answer.scaleY < 1 ? grown(marks, width, height) : marks) : null;
    return { key, level, scale, answer, bytes: data.byteLength + (markTexture ? width * height : 0), planes, hasAlpha, marks: markTexture };
  }

  free(piece: Piece): void {
    for (const texture of [piece.planes, piece.marks]) if (texture) this.gl.deleteTexture(texture);
  }

  /** Pixels of the canvas, when every one is drawn. */
  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
  }

  /** `coarse`: so many pixels of the screen, across and down, are drawn as one. */
  draw({ pieces, look, transform, map, surround }: Scene, coarse: 1 | 2 = 1): void {
    const { gl, canvas } = this;
    if (gl.isContextLost()) return;
    const [width, height] = [Math.ceil(this.#width / coarse), Math.ceil(this.#height / coarse)];
    // Only when it differs: the drawing buffer is made anew.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const scaled = coarse === 1 ? transform : { originX: transform.originX / coarse, originY: transform.originY / coarse, scaleX: transform.scaleX / coarse, scaleY: transform.scaleY / coarse };
    this.frames++;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(surround[0], surround[1], surround[2], 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!look) return;
    for (const piece of pieces) this.#drawPiece(piece, look, scaled, map);
  }

  /** Pixels of the canvas as they were drawn last, row by row from the top; only right after `draw`. */
  readPixels(x: number, y: number, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
    const { gl, canvas } = this;
    const flipped = new Uint8Array(width * height * 4);
    gl.readPixels(x, canvas.height - y - height, width, height, gl.RGBA, gl.UNSIGNED_BYTE, flipped);
    const rows = new Uint8ClampedArray(flipped.length);
    for (let row = 0; row < height; row++) rows.set(flipped.subarray((height - 1 - row) * width * 4, (height - row) * width * 4), row * width * 4);
    return rows;
  }

  #drawPiece(piece: Piece, look: Look, transform: Transform, map: LevelMap): void {
    const { gl, canvas } = this;
    const { region } = piece.answer;
    // Screen = origin + level pixel × step.
    const stepX = transform.scaleX / map.scaleX;
    const stepY = transform.scaleY / map.scaleY;
    const originX = transform.originX - map.offsetX * stepX;
    const originY = transform.originY - map.offsetY * stepY;
    const left = Math.max(0, Math.ceil(originX + region.xMin * stepX - 0.5));
    const right = Math.min(canvas.width, Math.ceil(originX + (region.xMax + 1) * stepX - 0.5));
    const top = Math.max(0, Math.ceil(originY + region.yMin * stepY - 0.5));
    const bottom = Math.min(canvas.height, Math.ceil(originY + (region.yMax + 1) * stepY - 0.5));
    if (right <= left || bottom <= top) return;

    const kind = { ...look.kind, nonfinite: look.kind.nonfinite && piece.marks !== null, missing: look.kind.missing && piece.marks !== null, alpha: piece.hasAlpha ? look.kind.alpha : 'none' as const };
    const { program, at } = this.#program(kind);
    gl.useProgram(program);
    const perX = 1 / (widthOf(region) * stepX);
    const perY = 1 / (heightOf(region) * stepY);
    const fromX = -(originX + region.xMin * stepX) * perX;
    const fromY = -(originY + region.yMin * stepY) * perY;
    // Fragments count from the bottom.
    gl.uniform4f(at('uMap'), perX, -perY, fromX, fromY + canvas.height * perY);
    gl.uniformMatrix3fv(at('uMatrix'), true, look.matrix ?? IDENTITY);
    gl.uniform3fv(at('uWeights'), look.weights);
    gl.uniform2fv(at('uSpread'), look.spread);
    gl.uniform3fv(at('uLog'), look.log);
    gl.uniform1f(at('uGamma'), 1 / look.gamma);
    gl.uniform3fv(at('uUnder'), look.under);
    gl.uniform3fv(at('uUnder2'), look.under2);
    gl.uniform2f(at('uHatch'), transform.originX, canvas.height - transform.originY);
    const bound: readonly (readonly [number, WebGLTexture | null])[] = [
      [UNITS.uPlanes, piece.planes], [UNITS.uMarks, piece.marks], [UNITS.uRamp, this.#ramp],
    ];
    for (const [unit, texture] of bound) {
      if (!texture) continue;
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    }
    gl.viewport(left, canvas.height - bottom, right - left, bottom - top);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /**
   * Gets the programs of a look ready before its planes are there: drivers compile beside us, and some only when a program is first used, so each
   * draws one pixel.
   */
  prepare(kind: ShaderKind): void {
    const { gl, canvas } = this;
    if (gl.isContextLost()) return;
    for (const each of [{ ...kind, nonfinite: false, missing: false }, kind]) {
      if (this.#programs.has(kindKey(each))) continue;
      const { program } = this.#program(each);
      gl.useProgram(program);
      gl.viewport(0, canvas.height - 1, 1, 1);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
  }

  #program(kind: ShaderKind): Program {
    const key = kindKey(kind);
    const made = this.#programs.get(key) ?? this.#build(kind);
    this.#programs.set(key, made);
    return made;
  }

  #build(kind: ShaderKind): Program {
    const { gl } = this;
    const program = gl.createProgram();
    const shaders = ([[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, fragmentSource(kind)]] as const).map(([type, source]) => {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader);
      return shader;
    });
    gl.linkProgram(program);
    // Only the program is asked: each question waits for the driver.
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`the shader does not compile: ${shaders.map((shader) => gl.getShaderInfoLog(shader) ?? '').join(' ')} ${gl.getProgramInfoLog(program) ?? ''}`);
    }
    gl.useProgram(program);
    const places = new Map<string, WebGLUniformLocation | null>();
    const at = (name: string): WebGLUniformLocation | null => {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
      return places.get(name)!;
    };
    for (const [name, unit] of Object.entries(UNITS)) gl.uniform1i(at(name), unit);
    return { program, at };
  }

  #texture(internal: number, format: number, type: number, width: number, height: number, data: ArrayBufferView): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, internal, width, height, 0, format, type, data);
    return texture;
  }
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Marks of NaN reach one pixel further (bit 4), as core's previews draw them: one pixel of a shrunk picture would be lost. */
export function grown(marks: Uint8Array, width: number, height: number): Uint8Array {
  const wide = marks.slice();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(marks[y * width + x]! & 1)) continue;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) wide[v * width + u]! |= 4;
      }
    }
  }
  return wide;
}
