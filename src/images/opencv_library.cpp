// The library that beatbench opens for images: see images/image_library.h. The only file that knows OpenCV.
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "images/image_library.h"

namespace beatbench {
namespace {

constexpr int kFractionBits = 6;  // coordinates are in 1/64 pixel

void draw_line(const int* points, std::size_t count, int size, std::uint8_t* pixels) {
  cv::Mat image(size, size, CV_8UC1, pixels);
  image.setTo(255);
  std::vector<cv::Point> line;
  line.reserve(count);
  for (std::size_t i = 0; i < count; ++i) line.emplace_back(points[2 * i], points[2 * i + 1]);
  cv::polylines(image, line, false, cv::Scalar(0), 1, cv::LINE_AA, kFractionBits);
}

void enlarge(const float* square, int from, float* out, int to) {
  const cv::Mat part(from, from, CV_32FC1, const_cast<float*>(square));
  cv::Mat whole(to, to, CV_32FC1, out);
  cv::resize(part, whole, whole.size(), 0, 0, cv::INTER_LINEAR);
}

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

bool decode(const void* content, std::size_t count, int size, std::uint8_t* pixels) {
  try {
    const cv::Mat bytes(1, static_cast<int>(count), CV_8UC1, const_cast<void*>(content));
    const cv::Mat image = cv::imdecode(bytes, cv::IMREAD_UNCHANGED);
    const bool known = image.depth() == CV_8U || image.depth() == CV_16U;
    if (image.empty() || !known || image.channels() == 2 || image.channels() > 4) return false;
    cv::Mat gray = as_gray(image);
    cv::Mat out(size, size, CV_8UC1, pixels);
    if (gray.rows == size && gray.cols == size) {
      gray.copyTo(out);
      return true;
    }
    const bool shrinks = gray.rows >= size && gray.cols >= size;
    cv::resize(gray, out, cv::Size(size, size), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool encode_png(const std::uint8_t* pixels, int width, int height,
                void (*take)(void* to, const std::uint8_t* bytes, std::size_t count), void* to) {
  try {
    const cv::Mat image(height, width, CV_8UC1, const_cast<std::uint8_t*>(pixels));
    std::vector<std::uint8_t> bytes;
    if (!cv::imencode(".png", image, bytes, {cv::IMWRITE_PNG_COMPRESSION, 3})) return false;
    take(to, bytes.data(), bytes.size());
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace
}  // namespace beatbench

extern "C" const beatbench::ImageLibrary* beatbench_image_library() {
  static constexpr beatbench::ImageLibrary library = {beatbench::draw_line, beatbench::enlarge, beatbench::decode,
                                                      beatbench::encode_png};
  return &library;
}
