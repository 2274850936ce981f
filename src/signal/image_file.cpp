#include "beatbench/signal/image_file.h"

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"

namespace beatbench {
namespace {

// Gray over a white ground; 16-bit images keep their upper byte.
cv::Mat as_gray(cv::Mat image) {
  if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 256.0);
  cv::Mat gray;
  if (image.channels() == 1) return image;
  if (image.channels() == 3) {
    cv::cvtColor(image, gray, cv::COLOR_BGR2GRAY);
    return gray;
  }
  cv::cvtColor(image, gray, cv::COLOR_BGRA2GRAY);
  for (int y = 0; y < gray.rows; ++y) {
    for (int x = 0; x < gray.cols; ++x) {
      const int alpha = image.at<cv::Vec4b>(y, x)[3];
      auto& pixel = gray.at<std::uint8_t>(y, x);
      pixel = static_cast<std::uint8_t>((pixel * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return gray;
}

}  // namespace

bool is_image_file(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 6> endings = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"};
  return std::ranges::find(endings, lower_extension(path)) != endings.end();
}

std::vector<std::uint8_t> decode_image(std::string_view content, int size, const std::string& where) {
  const auto refuse = [&] { throw Error(ErrorKind::data, where, "is no image, or a damaged one"); };
  if (content.empty()) refuse();
  try {
    const cv::Mat bytes(1, static_cast<int>(content.size()), CV_8UC1, const_cast<char*>(content.data()));
    const cv::Mat image = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    const bool known = image.depth() == CV_8U || image.depth() == CV_16U;
    if (image.empty() || !known || image.channels() == 2 || image.channels() > 4) refuse();
    cv::Mat gray = as_gray(image);
    if (gray.rows != size || gray.cols != size) {
      const bool shrinks = gray.rows >= size && gray.cols >= size;
      cv::resize(gray, gray, cv::Size(size, size), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    return {gray.datastart, gray.dataend};
  } catch (const cv::Exception&) {
    refuse();
  }
  return {};
}

std::string encode_png(std::span<const std::uint8_t> pixels, int width) {
  const cv::Mat image(static_cast<int>(pixels.size()) / width, width, CV_8UC1,
                      const_cast<std::uint8_t*>(pixels.data()));
  std::vector<std::uint8_t> bytes;
  cv::imencode(".png", image, bytes, {cv::IMWRITE_PNG_COMPRESSION, 3});
  return {bytes.begin(), bytes.end()};
}

}  // namespace beatbench
