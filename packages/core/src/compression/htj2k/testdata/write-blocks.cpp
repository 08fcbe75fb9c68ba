// Writes blocks.jsonl: HT code blocks encoded by OpenJPH, random refinement passes behind them, and what OpenJPH's decoder makes of both.
//   g++ -O1 -std=c++17 write-blocks.cpp -o write-blocks -lopenjph -lcrypto && ./write-blocks > blocks.jsonl      (OpenJPH 0.32)
#include <openjph/ojph_arch.h>
#include <openjph/ojph_mem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using ojph::ui32, ojph::ui8;

// Exported by the library, in no header.
namespace ojph { namespace local {
bool ojph_decode_codeblock32(ui8*, ui32*, ui32 missing, ui32 passes, ui32 cleanup, ui32 refinement, ui32 width, ui32 height, ui32 stride, bool causal);
void ojph_encode_codeblock32(ui32*, ui32 missing, ui32 passes, ui32 width, ui32 height, ui32 stride, ui32* lengths, mem_elastic_allocator*, coded_lists*&);
bool initialize_block_encoder_tables();
} }

static ui32 state = 99;
static ui32 random24() { return (state = state * 1664525u + 1013904223u) >> 8; }

static std::string hex(const ui8* bytes, size_t length) {
  std::string text;
  char two[3];
  for (size_t i = 0; i < length; i++) snprintf(two, 3, "%02x", bytes[i]), text += two;
  return text;
}

int main() {
  ojph::local::initialize_block_encoder_tables();
  // `shift`: the lowest plane of the cleanup pass; `density`: percent of samples that are not zero.
  const struct { int width, height, planes, shift, passes; bool causal; int density; } cases[] = {
    {32, 32, 18, 0, 1, false, 90}, {33, 31, 18, 1, 1, false, 60}, {32, 32, 20, 1, 2, false, 40}, {32, 32, 20, 1, 3, false, 40},
    {32, 32, 20, 2, 3, false, 15}, {17, 29, 20, 1, 3, true, 40},  {5, 61, 12, 3, 3, false, 30},  {64, 7, 25, 1, 3, false, 10},
    {1, 1, 10, 1, 3, false, 99},   {3, 2, 10, 1, 2, false, 60},   {4, 63, 28, 2, 3, true, 5},    {128, 32, 20, 1, 3, false, 3},
    {7, 5, 29, 1, 2, false, 70},
  };
  for (const auto& c : cases) {
    const int stride = (c.width + 7) & ~7;
    const int missing = c.planes - 1 - c.shift;
    std::vector<ui32> samples((size_t)stride * (c.height + 8), 0);
    for (int y = 0; y < c.height; y++) {
      for (int x = 0; x < c.width; x++) {
        if ((int)(random24() % 100) >= c.density) continue;
        const int bits = 1 + random24() % (c.planes - c.shift);
        const ui32 magnitude = (random24() & ((1u << bits) - 1)) << c.shift << (31 - c.planes);
        if (magnitude) samples[(size_t)y * stride + x] = magnitude | (random24() & 1) << 31;
      }
    }
    ojph::mem_elastic_allocator allocator(65536);
    ojph::coded_lists* coded = nullptr;
    ui32 lengths[2] = {0, 0};
    ojph::local::ojph_encode_codeblock32(samples.data(), missing, 1, c.width, c.height, stride, lengths, &allocator, coded);
    std::vector<ui8> bytes;
    for (; coded; coded = coded->next_list) bytes.insert(bytes.end(), coded->buf, coded->buf + (coded->buf_size - coded->avail_size));
    const int refinement = c.passes > 1 ? std::min(2000, c.width * c.height / 5 + 2) : 0;
    for (int i = 0; i < refinement; i++) {
      ui8 byte = random24() % 100 < 10 ? 0xff : random24();
      if (bytes.back() == 0xff) byte &= 0x7f;  // no markers
      bytes.push_back(i == refinement - 1 && byte == 0xff ? 0x3c : byte);
    }
    std::vector<ui8> padded(bytes);
    padded.resize(bytes.size() + 64, 0);
    std::vector<ui32> decoded((size_t)stride * (c.height + 8), 0);
    if (!ojph::local::ojph_decode_codeblock32(padded.data(), decoded.data(), missing, c.passes, lengths[0], refinement, c.width, c.height, stride, c.causal)) return 1;
    std::vector<int> values;
    for (int y = 0; y < c.height; y++) {
      for (int x = 0; x < c.width; x++) {
        const ui32 v = decoded[(size_t)y * stride + x];
        const int magnitude = (v & 0x7fffffff) >> (31 - c.planes);
        values.push_back(v >> 31 ? -magnitude : magnitude);
      }
    }
    ui8 hash[SHA256_DIGEST_LENGTH];
    SHA256((const ui8*)values.data(), values.size() * sizeof(int), hash);
    printf("{\"width\": %d, \"height\": %d, \"planes\": %d, \"missing\": %d, \"passes\": %d, \"causal\": %d, \"cleanup\": %u, \"refinement\": %d, \"bytes\": \"%s\", \"sha256_i32\": \"%s\", \"significant\": %zu}\n",
           c.width, c.height, c.planes, missing, c.passes, c.causal, lengths[0], refinement, hex(bytes.data(), bytes.size()).c_str(), hex(hash, sizeof hash).c_str(),
           values.size() - (size_t)std::count(values.begin(), values.end(), 0));
  }
}
