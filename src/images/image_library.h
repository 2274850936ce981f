#pragma once

#include <cstddef>
#include <cstdint>

namespace beatbench {

/// What OpenCV does for images, in a library of its own that is opened when the first image is drawn or read: its
/// readers of image files alone take 0.17 s to be loaded. Plain C functions, none of which throws.
struct ImageLibrary {
  /// Draws an anti-aliased black line through `count` points x, y, in 1/64 pixel, on a white square of `size` pixels.
  void (*draw_line)(const int* points, std::size_t count, int size, std::uint8_t* pixels);
  /// Enlarges a square of `from` values on each side bilinearly to one of `to`.
  void (*enlarge)(const float* square, int from, float* out, int to);
  /// Takes an image file apart: 8-bit gray, size * size pixels, see decode_image. False: it is none, or damaged.
  bool (*decode)(const void* bytes, std::size_t count, int size, std::uint8_t* pixels);
  /// A gray image as a PNG file, handed to `take` as a whole.
  bool (*encode_png)(const std::uint8_t* pixels, int width, int height,
                     void (*take)(void* to, const std::uint8_t* bytes, std::size_t count), void* to);
};

/// The one function that the library gives: a pointer to its ImageLibrary.
inline constexpr const char* kImageLibrarySymbol = "beatbench_image_library";

/// Opens the library at the first call, from any thread.
/// @throws Error(unsupported) where it or OpenCV cannot be opened, and why.
const ImageLibrary& image_library();

}  // namespace beatbench
