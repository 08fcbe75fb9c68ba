// Writes streams.jsonl: deterministic samples encoded by OpenJPH in many configurations, each decoded again by OpenJPH to be sure.
//   g++ -O1 -std=c++17 write-streams.cpp -o write-streams -lopenjph && ./write-streams > streams.jsonl      (OpenJPH 0.32)
#include <openjph/ojph_arch.h>
#include <openjph/ojph_codestream.h>
#include <openjph/ojph_file.h>
#include <openjph/ojph_mem.h>
#include <openjph/ojph_params.h>

#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

using ojph::si16, ojph::si32, ojph::ui16, ojph::ui32, ojph::ui8;

struct Component {
  int type;  // as in the file: 0 uint, 1 half, 2 float
  int xStep = 1, yStep = 1;
  int blockWidth = 0, blockHeight = 0;  // its own, when not 0
};

struct Case {
  std::string name;
  int width, height;
  std::vector<Component> components;
  int x = 0, y = 0;
  int decompositions = 5;
  int blockWidth = 128, blockHeight = 32;
  std::string progression = "RPCL";
  std::vector<ojph::size> precincts = {};
  int tileWidth = 0, tileHeight = 0, tileX = 0, tileY = 0;
  bool colour = false, smooth = true, complement = true;
  bool partsByResolution = false, partsByComponent = false, tlm = false;
};

static int divideUp(int a, int b) { return (a + b - 1) / b; }

static std::string base64(const ui8* bytes, size_t length) {
  static const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < length; i += 3) {
    const ui32 v = bytes[i] << 16 | (i + 1 < length ? bytes[i + 1] << 8 : 0) | (i + 2 < length ? bytes[i + 2] : 0);
    text += digits[v >> 18 & 63];
    text += digits[v >> 12 & 63];
    text += i + 1 < length ? digits[v >> 6 & 63] : '=';
    text += i + 2 < length ? digits[v & 63] : '=';
  }
  return text;
}

struct Planes {
  std::vector<int> width, height;
  std::vector<std::vector<ui32>> values;
};

static Planes makeSamples(const Case& c) {
  Planes planes;
  ui32 state = 12345;
  for (size_t i = 0; i < c.components.size(); i++) {
    const Component& k = c.components[i];
    const int w = divideUp(c.x + c.width, k.xStep) - divideUp(c.x, k.xStep);
    const int h = divideUp(c.y + c.height, k.yStep) - divideUp(c.y, k.yStep);
    planes.width.push_back(w);
    planes.height.push_back(h);
    planes.values.emplace_back();
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        state = state * 1664525u + 1013904223u;
        const ui32 smooth = (ui32)(x * 3 + y * 5 + (int)i * 1000) + (state >> 29);
        planes.values.back().push_back(c.smooth ? smooth : k.type == 1 ? state >> 16 : state);
      }
    }
  }
  return planes;
}

static std::vector<ui8> encode(const Case& c, const Planes& planes) {
  ojph::codestream stream;
  ojph::param_siz siz = stream.access_siz();
  ojph::param_cod cod = stream.access_cod();
  ojph::param_nlt nlt = stream.access_nlt();
  siz.set_image_offset(ojph::point(c.x, c.y));
  siz.set_image_extent(ojph::point(c.x + c.width, c.y + c.height));
  siz.set_tile_size(ojph::size(c.tileWidth, c.tileHeight));
  siz.set_tile_offset(ojph::point(c.tileX, c.tileY));
  siz.set_num_components((ui32)c.components.size());
  cod.set_num_decomposition(c.decompositions);
  cod.set_block_dims(c.blockWidth, c.blockHeight);
  cod.set_progression_order(c.progression.c_str());
  cod.set_color_transform(c.colour);
  cod.set_reversible(true);
  auto precincts = c.precincts;
  if (!precincts.empty()) cod.set_precinct_size((int)precincts.size(), precincts.data());
  for (ui32 i = 0; i < c.components.size(); i++) {
    const Component& k = c.components[i];
    siz.set_component(i, ojph::point(k.xStep, k.yStep), k.type == 1 ? 16 : 32, k.type != 0);
    if (k.type != 0 && c.complement) nlt.set_nonlinear_transform(i, 3);
    if (k.blockWidth == 0) continue;
    cod.set_reversible(i, true);
    cod.set_num_decomposition(i, (ui32)c.decompositions);
    cod.set_block_dims(i, (ui32)k.blockWidth, (ui32)k.blockHeight);
  }
  stream.set_planar(!c.colour);
  stream.request_tlm_marker(c.tlm);
  stream.set_tilepart_divisions(c.partsByResolution, c.partsByComponent);
  ojph::mem_outfile file;
  file.open();
  stream.write_headers(&file);
  std::vector<int> row(c.components.size(), 0);
  size_t lines = 0;
  for (int h : planes.height) lines += h;
  ui32 next;
  ojph::line_buf* line = stream.exchange(nullptr, next);
  for (; lines > 0; lines--) {
    const int w = planes.width[next];
    const ui32* from = planes.values[next].data() + (size_t)row[next]++ * w;
    for (int x = 0; x < w; x++) line->i32[x] = c.components[next].type == 1 ? (si32)(si16)from[x] : (si32)from[x];
    line = stream.exchange(line, next);
  }
  stream.flush();
  std::vector<ui8> bytes(file.get_data(), file.get_data() + file.tell());
  stream.close();
  return bytes;
}

static size_t differences(const Case& c, const Planes& planes, const std::vector<ui8>& bytes) {
  ojph::mem_infile file;
  file.open(bytes.data(), bytes.size());
  ojph::codestream stream;
  stream.read_headers(&file);
  stream.set_planar(!c.colour);
  stream.create();
  std::vector<int> row(c.components.size(), 0);
  size_t lines = 0, wrong = 0;
  for (int h : planes.height) lines += h;
  for (; lines > 0; lines--) {
    ui32 i;
    const ojph::line_buf* line = stream.pull(i);
    const int w = planes.width[i];
    const ui32* expected = planes.values[i].data() + (size_t)row[i]++ * w;
    for (int x = 0; x < w; x++) wrong += (c.components[i].type == 1 ? (ui16)line->i32[x] : (ui32)line->i32[x]) != expected[x];
  }
  return wrong;
}

int main() {
  const Component uint{0}, half{1}, single{2};
  std::vector<Case> cases;
  auto add = [&](std::string name, int w, int h, std::vector<Component> components) -> Case& {
    cases.push_back({name, w, h, components});
    return cases.back();
  };
  add("half, smooth", 41, 23, {half});
  add("half, every bit pattern", 41, 23, {half}).smooth = false;
  for (const Component& k : {single, uint}) {
    Case& c = add(std::string(k.type ? "float" : "uint") + ", every bit pattern, colour transform", 29, 17, {k, k, k});
    c.smooth = false, c.colour = true;
  }
  add("uint, half, float mixed", 40, 33, {uint, half, single});
  add("half without sign-magnitude", 40, 33, {half}).complement = false;
  add("no decomposition", 40, 33, {half, half}).decompositions = 0;
  auto blocks = [&](std::string name, int w, int h, int decompositions, int blockWidth, int blockHeight) {
    Case& c = add(name, w, h, {half});
    c.decompositions = decompositions, c.blockWidth = blockWidth, c.blockHeight = blockHeight;
  };
  blocks("one decomposition, blocks of 4 × 1024", 9, 1030, 1, 4, 1024);
  blocks("blocks of 1024 × 4", 1030, 9, 2, 1024, 4);
  blocks("blocks of 4 × 4, 8 decompositions", 67, 43, 8, 4, 4);
  blocks("blocks of 64 × 64", 70, 67, 5, 64, 64);
  for (std::string progression : {"LRCP", "RLCP", "RPCL", "PCRL", "CPRL"}) {
    Case& c = add("precincts of 16 and 32, " + progression, 75, 55, {half, {1, 2, 2}, half});
    c.progression = progression, c.decompositions = 3, c.blockWidth = c.blockHeight = 8;
    c.precincts = {ojph::size(16, 16), ojph::size(32, 16), ojph::size(16, 32)};
  }
  auto offset = [&](Case& c, int x, int y) { c.x = x, c.y = y; };
  offset(add("image offset odd", 41, 23, {half, half}), 7, 5);
  offset(add("image offset, subsampled", 64, 38, {half, {1, 2, 2}, {2, 2, 1}}), 6, 10);
  {
    Case& c = add("tiles of 25 × 15", 70, 50, {half, half, half});
    c.tileWidth = 25, c.tileHeight = 15, c.colour = true, c.decompositions = 3;
  }
  {
    Case& c = add("tiles at offsets, odd", 70, 50, {single});
    c.tileWidth = 31, c.tileHeight = 23, c.x = 11, c.y = 7, c.tileX = 5, c.tileY = 3, c.decompositions = 2;
  }
  {
    Case& c = add("tile-parts by resolution and component, TLM", 50, 40, {half, half});
    c.partsByResolution = c.partsByComponent = c.tlm = true, c.decompositions = 3;
  }
  {
    Case& c = add("components with their own coding style", 70, 40, {half, {1, 1, 1, 32, 32}, {2, 1, 1, 64, 8}});
    c.decompositions = 4, c.progression = "LRCP";
  }
  add("one sample", 1, 1, {half, single});
  add("one column", 1, 50, {half}).smooth = false;
  add("one row", 50, 1, {single}).smooth = false;
  for (bool column : {false, true}) {
    Case& c = add(column ? "one column at an odd place" : "one row at an odd place", column ? 1 : 50, column ? 50 : 1, {column ? half : single});
    c.smooth = false, c.x = c.y = 1;
  }
  FILE* out = fdopen(dup(1), "w");
  dup2(2, 1);  // OpenJPH's notes go to standard output
  for (const Case& c : cases) {
    const Planes planes = makeSamples(c);
    const std::vector<ui8> bytes = encode(c, planes);
    if (const size_t wrong = differences(c, planes, bytes)) return fprintf(stderr, "%s: %zu samples differ\n", c.name.c_str(), wrong), 1;
    fprintf(out, "{\"name\":\"%s\",\"width\":%d,\"height\":%d,\"x\":%d,\"y\":%d,\"smooth\":%s,\"components\":[", c.name.c_str(), c.width, c.height, c.x, c.y, c.smooth ? "true" : "false");
    for (size_t i = 0; i < c.components.size(); i++) fprintf(out, "%s[%d,%d,%d]", i ? "," : "", c.components[i].type, c.components[i].xStep, c.components[i].yStep);
    fprintf(out, "],\"codestream\":\"%s\"}\n", base64(bytes.data(), bytes.size()).c_str());
  }
  fclose(out);
}
