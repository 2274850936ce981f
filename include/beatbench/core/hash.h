#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace beatbench {

/// Content hash, used to tell whether two runs saw the same data. XXH3, 128 bits, as 32 hexadecimal digits, by
/// the xxHash library: fast and well mixed, not a defence against forgery.
std::string content_hash(std::string_view bytes);
std::string content_hash(std::span<const unsigned char> bytes);

/// The same hash of bytes that come in parts.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(const ContentHasher&) = delete;
  ContentHasher& operator=(const ContentHasher&) = delete;
  void add(std::string_view part);
  std::string hash() const;  ///< of all parts so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace beatbench
