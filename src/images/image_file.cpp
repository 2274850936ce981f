#include "beatbench/images/image_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "images/image_library.h"

namespace beatbench {
namespace {

// Width and height as the file's header has them.
struct HeaderSize {
  std::uint64_t width = 0, height = 0;
};

// A number of `count` bytes; 0 beyond the end.
std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count, bool little_endian) {
  std::uint64_t value = 0;
  if (at > bytes.size() || count > bytes.size() - at) return 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t byte = little_endian ? at + count - 1 - i : at + i;
    value = value << 8 | static_cast<unsigned char>(bytes[byte]);
  }
  return value;
}

// ITU T.81, B.1 and B.2: segments up to the frame header.
std::optional<HeaderSize> jpeg_size(std::string_view bytes) {
  for (std::size_t at = 2; at + 9 < bytes.size();) {
    if (bytes[at] != '\xFF') return std::nullopt;
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    const bool is_frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) return HeaderSize{number_at(bytes, at + 7, 2, false), number_at(bytes, at + 5, 2, false)};
    at += 2 + number_at(bytes, at + 2, 2, false);
  }
  return std::nullopt;
}

// TIFF 6.0, section 2: the first directory's fields 256 (ImageWidth) and 257 (ImageLength), both SHORT or LONG.
std::optional<HeaderSize> tiff_size(std::string_view bytes, bool little_endian) {
  const std::size_t directory = number_at(bytes, 4, 4, little_endian);
  const std::uint64_t fields = number_at(bytes, directory, 2, little_endian);
  HeaderSize size;
  for (std::uint64_t i = 0; i < fields; ++i) {
    const std::size_t field = directory + 2 + 12 * i;
    const std::uint64_t tag = number_at(bytes, field, 2, little_endian);
    const bool is_short = number_at(bytes, field + 2, 2, little_endian) == 3;
    if (tag == 256) size.width = number_at(bytes, field + 8, is_short ? 2 : 4, little_endian);
    if (tag == 257) size.height = number_at(bytes, field + 8, is_short ? 2 : 4, little_endian);
  }
  return size;
}

// nullopt: no PNG, JPEG, BMP or TIFF.
std::optional<HeaderSize> size_in_header(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) {
    return HeaderSize{number_at(bytes, 16, 4, false), number_at(bytes, 20, 4, false)};
  }
  if (bytes.starts_with("\xFF\xD8")) return jpeg_size(bytes);
  if (bytes.starts_with("BM")) {
    const bool is_oldest = number_at(bytes, 14, 4, true) == 12;
    if (is_oldest) return HeaderSize{number_at(bytes, 18, 2, true), number_at(bytes, 20, 2, true)};
    const auto height = static_cast<std::int32_t>(number_at(bytes, 22, 4, true));  // below 0: from the top
    return HeaderSize{number_at(bytes, 18, 4, true), static_cast<std::uint64_t>(std::abs(std::int64_t{height}))};
  }
  if (bytes.starts_with(std::string_view("II*\0", 4))) return tiff_size(bytes, true);
  if (bytes.starts_with(std::string_view("MM\0*", 4))) return tiff_size(bytes, false);
  return std::nullopt;
}

}  // namespace

bool is_image_file(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 6> endings = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"};
  return std::ranges::find(endings, lower_extension(path)) != endings.end();
}

std::vector<std::uint8_t> decode_image(std::string_view content, int size, const std::string& where) {
  const auto refuse = [&] { throw Error(ErrorKind::data, where, "is no image, or a damaged one"); };
  const std::optional<HeaderSize> header = size_in_header(content);
  constexpr std::uint64_t kLongestSide = 1'000'000;  // beyond it, the header is damaged
  if (!header || header->width == 0 || header->height == 0) refuse();
  if (header->width > kLongestSide || header->height > kLongestSide) refuse();
  constexpr std::uint64_t kMostPixels = 50'000'000;
  if (header->width > kMostPixels / header->height) {
    throw Error(ErrorKind::data, where,
                "has " + std::to_string(header->width) + " x " + std::to_string(header->height) +
                    " pixels; allowed: " + std::to_string(kMostPixels) + " in all");
  }
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
  if (!image_library().decode(content.data(), content.size(), size, pixels.data())) refuse();
  return pixels;
}

bool make_dark_on_light(std::span<std::uint8_t> pixels) {
  constexpr std::uint8_t kDark = 128;
  const auto dark = std::ranges::count_if(pixels, [](std::uint8_t pixel) { return pixel < kDark; });
  const auto darks = static_cast<std::size_t>(dark);
  if (4 * darks <= 3 * pixels.size() || darks == pixels.size()) return false;  // nothing light is drawn
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  return true;
}

std::string encode_png(std::span<const std::uint8_t> pixels, int width) {
  std::string file;
  const auto take = [](void* to, const std::uint8_t* bytes, std::size_t count) {
    static_cast<std::string*>(to)->assign(reinterpret_cast<const char*>(bytes), count);
  };
  if (!image_library().encode_png(pixels.data(), width, static_cast<int>(pixels.size()) / width, take, &file))
    throw Error(ErrorKind::unsupported, "PNG", "OpenCV cannot write it");
  return file;
}

}  // namespace beatbench
