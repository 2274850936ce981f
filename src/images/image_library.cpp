#include "images/image_library.h"

#include "core/shared_library.h"

namespace beatbench {

const ImageLibrary& image_library() {
  static const ImageLibrary* library = [] {
    const auto get = reinterpret_cast<const ImageLibrary* (*)()>(
        open_own_library("libbeatbench_images.so").symbol(kImageLibrarySymbol));
    return get();
  }();
  return *library;
}

}  // namespace beatbench
