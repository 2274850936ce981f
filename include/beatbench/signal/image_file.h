#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// Whether a file's name is that of an image that OpenCV reads: .png, .jpg, .jpeg, .bmp, .tif, .tiff.
bool is_image_file(const std::filesystem::path& path);

/// Takes an image file's content apart: 8-bit gray, row by row from the top, size * size pixels. Colours become gray,
/// what is transparent becomes white, and an image of another size is scaled (averaging areas where it shrinks).
/// @throws Error(data) if it is no image or damaged; `where` names it.
std::vector<std::uint8_t> decode_image(std::string_view content, int size, const std::string& where);

/// A gray image, `width` pixels across, as a PNG file.
std::string encode_png(std::span<const std::uint8_t> pixels, int width);

}  // namespace beatbench
