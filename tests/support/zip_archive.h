#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beatbench::tests {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

/// `text` as a raw deflate stream.
inline std::string deflated(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  std::string from = text;
  stream.next_in = reinterpret_cast<Bytef*>(from.data());
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

enum class ZipForm {
  stored,
  deflated,
  described,  ///< as LibTorch writes: sizes behind the content
};

/// A ZIP archive by PKWARE's APPNOTE.TXT (4.3), its records in their plainest form.
inline std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& entries,
                               ZipForm form = ZipForm::stored) {
  std::string archive, directory;
  for (const auto& [name, content] : entries) {
    const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    const std::string packed = form == ZipForm::deflated ? deflated(content) : content;
    const bool is_described = form == ZipForm::described;
    const std::string sizes =
        little_endian(crc, 4) + little_endian(packed.size(), 4) + little_endian(content.size(), 4);
    const std::string start = little_endian(20, 2) + little_endian(is_described ? 8 : 0, 2) +
                              little_endian(form == ZipForm::deflated ? 8 : 0, 2) + little_endian(0, 4);
    const std::string lengths = little_endian(name.size(), 2) + little_endian(0, 2);
    directory += "PK\1\2" + little_endian(20, 2) + start + sizes + lengths + little_endian(0, 2) + little_endian(0, 2) +
                 little_endian(0, 2) + little_endian(0, 4) + little_endian(archive.size(), 4) + name;
    archive += "PK\3\4" + start + (is_described ? std::string(12, '\0') : sizes) + lengths + name + packed;
    if (is_described) archive += "PK\7\10" + sizes;
  }
  const std::string count = little_endian(entries.size(), 2);
  return archive + directory + "PK\5\6" + little_endian(0, 4) + count + count + little_endian(directory.size(), 4) +
         little_endian(archive.size(), 4) + little_endian(0, 2);
}

/// The archive with an end record of ZIP64, as LibTorch always writes it (4.3.14 and 4.3.15), before the plain one,
/// which `end` replaces where it is given.
inline std::string with_zip64_end(const std::string& archive, const std::string& end = "") {
  constexpr std::size_t end_size = 22;
  const std::string plain = archive.substr(archive.size() - end_size),
                    entries = plain.substr(10, 2) + std::string(6, 0);
  const std::string sizes = plain.substr(12, 4) + std::string(4, 0) + plain.substr(16, 4) + std::string(4, 0);
  const std::string end64 = "PK\6\6" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
                            little_endian(0, 8) + entries + entries + sizes;
  const std::size_t place = archive.size() - end_size;
  return archive.substr(0, place) + end64 + "PK\6\7" + little_endian(0, 4) + little_endian(place, 8) +
         little_endian(1, 4) + (end.empty() ? plain : end);
}

}  // namespace beatbench::tests
