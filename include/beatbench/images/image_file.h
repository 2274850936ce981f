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
/// @throws Error(data) if it is no image of these kinds, damaged, or of more than 50 million pixels by its own header,
/// which is looked at first; `where` names it.
std::vector<std::uint8_t> decode_image(std::string_view content, int size, const std::string& where);

/// Beats are drawn dark on a light ground. An image that is the other way round, more than three quarters of whose
/// pixels are dark and some are light, becomes its negative. Returns whether it was.
bool make_dark_on_light(std::span<std::uint8_t> pixels);

/// A gray image, `width` pixels across, as a PNG file.
std::string encode_png(std::span<const std::uint8_t> pixels, int width);

}  // namespace beatbench
