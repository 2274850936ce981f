#include "beatbench/core/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdio>

namespace beatbench {

namespace {

std::string text_of(const XXH128_hash_t& hash) {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

}  // namespace

std::string content_hash(std::string_view bytes) { return text_of(XXH3_128bits(bytes.data(), bytes.size())); }

std::string content_hash(std::span<const unsigned char> bytes) {
  return content_hash(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

struct ContentHasher::State {
  XXH3_state_t xxh;
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
ContentHasher::~ContentHasher() = default;
void ContentHasher::add(std::string_view part) { XXH3_128bits_update(&state_->xxh, part.data(), part.size()); }
std::string ContentHasher::hash() const { return text_of(XXH3_128bits_digest(&state_->xxh)); }

}  // namespace beatbench
