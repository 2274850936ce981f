#include "formats/torch_archive/zip_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/zip_archive.h"

namespace beatbench::archive {
namespace {

using testing::HasSubstr;
using tests::little_endian;
using tests::TestFolder;
using tests::with_zip64_end;
using tests::zip_archive;

using Contents = std::vector<std::pair<std::string, std::string>>;

const Contents kContents = {{"m/data.pkl", "some pickle"}, {"m/data/0", "0123456789abcdef"}, {"m/version", "3\n"}};

Contents contents_of(const std::filesystem::path& file) {
  ZipFile zip(file);
  Contents contents;
  for (const ZipEntry& entry : zip.entries()) contents.emplace_back(entry.name, zip.content(entry, 1000));
  return contents;
}

std::string replaced(std::string text, std::string_view what, std::string_view by, std::size_t from = 0) {
  return text.replace(text.find(what, from), what.size(), by);
}

TEST(ZipFile, ReadsEntries) {
  const TestFolder folder;
  folder.put("a.pt", zip_archive(kContents));
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
  ZipFile zip(folder / "a.pt");
  EXPECT_ERROR(zip.content(zip.entries()[1], 15), ErrorKind::data, "m/data/0", "16", "15");
}

// Nothing that a flipped bit leads to is another name or other content.
TEST(ZipFile, NoFlippedBitGoesUnnoticed) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  int refused = 0;
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    folder.put("a.pt", damaged);
    try {
      EXPECT_EQ(contents_of(folder / "a.pt"), kContents) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);  // the others are times, versions and attributes, which no reader goes by
}

TEST(ZipFile, NoTruncationGoesUnnoticed) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  for (std::size_t length = 0; length < sound.size(); ++length) {
    folder.put("a.pt", sound.substr(0, length));
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "a.pt");
  }
}

// Two readers could take each of these for different archives.
TEST(ZipFile, RefusesWhatIsAmbiguous) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  const auto expect = [&](const std::string& archive, const char* message) {
    folder.put("a.pt", archive);
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "a.pt", message);
  };
  expect("bytes before it" + sound, "directory does not end where");
  expect(sound + "bytes behind it", "end record does not end");
  expect(sound + sound, "directory does not end where");
  expect(zip_archive({{"m/data.pkl", "a"}, {"m/DATA.pkl", "b"}}), "there twice");
  expect(replaced(sound, "m/data.pkl", "m/date.pkl"), "does not fit the directory");
  expect(replaced(sound, "some pickle", "some PICKLE"), "CRC-32");
  // Both entries begin at the first one's header.
  std::string overlapping = zip_archive({{"m/a", "content"}, {"m/a", "content"}});
  const std::size_t second = overlapping.rfind("PK\1\2");
  overlapping.replace(second + 42, 4, little_endian(0, 4));
  expect(overlapping, "there twice");
}

// Fields of an entry's own header, by their offset in it.
TEST(ZipFile, RefusesHeadersThatContradictTheDirectory) {
  const TestFolder folder;
  for (const tests::ZipForm form : {tests::ZipForm::stored, tests::ZipForm::described}) {
    const std::string sound = zip_archive(kContents, form);
    const std::size_t second = sound.find("PK\3\4", 1);
    for (const std::size_t header : {std::size_t{0}, second}) {
      for (const std::size_t field : {4, 6, 8, 14, 18, 22, 26}) {
        std::string damaged = sound;
        damaged.replace(header + field, 2, little_endian(0x4D46, 2));
        folder.put("a.pt", damaged);
        EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "does not fit the directory");
      }
    }
  }
}

TEST(ZipFile, RefusesOtherVersionsAndFlags) {
  const TestFolder folder;
  for (const auto& [field, value] : {std::pair{4, 46}, {4, 0x5450}, {6, 2}, {6, 0x4D06}, {6, 16}}) {
    std::string both = zip_archive({{"m/a", "content"}});
    both.replace(field, 2, little_endian(value, 2));
    both.replace(both.find("PK\1\2") + 2 + field, 2, little_endian(value, 2));
    folder.put("a.pt", both);
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "another version of ZIP");
  }
}

// LibTorch would run such a file as a flatbuffer, whatever its directory says.
TEST(ZipFile, RefusesTheMarkOfAnotherFormat) {
  const TestFolder folder;
  std::string both = zip_archive(kContents);
  both.replace(4, 4, "PTMF");
  both.replace(both.find("PK\1\2") + 6, 4, "PTMF");
  folder.put("a.pt", both);
  EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "flatbuffer");
}

TEST(ZipFile, ReadsDescriptionsBehindEntries) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents, tests::ZipForm::described);
  folder.put("a.pt", sound);
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
  for (std::size_t i = 0; i < 16; ++i) {
    std::string damaged = sound;
    damaged[damaged.find("PK\7\10") + i] ^= 1;
    folder.put("a.pt", damaged);
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "bytes behind entry 'm/data.pkl'");
  }
}

TEST(ZipFile, RefusesWhatIsNoRegularFile) {
  const TestFolder folder;
  EXPECT_ERROR(ZipFile(folder.path()), ErrorKind::io, "no regular file");
  EXPECT_ERROR(ZipFile("/dev/zero"), ErrorKind::io, "no regular file");
}

TEST(ZipFile, ReadsZip64) {
  const TestFolder folder;
  const std::string plain = zip_archive(kContents), end = plain.substr(plain.size() - 22);
  folder.put("a.pt", with_zip64_end(plain));
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
  std::string saturated = end;
  saturated.replace(8, 12, std::string(12, '\xFF'));
  folder.put("b.pt", with_zip64_end(plain, saturated));
  EXPECT_EQ(contents_of(folder / "b.pt"), kContents);
  std::string other = end;
  other.replace(10, 2, little_endian(2, 2)).replace(8, 2, little_endian(2, 2));
  folder.put("c.pt", with_zip64_end(plain, other));
  EXPECT_ERROR(ZipFile(folder / "c.pt"), ErrorKind::data, "contradict");
}

TEST(ZipFile, ReadsDeflatedEntries) {
  const TestFolder folder;
  folder.put("a.pt", zip_archive(kContents, tests::ZipForm::deflated));
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
}

// 65 zeros of a MiB each are packed into 66 kB.
TEST(ZipFile, BoundsWhatIsUnpackedInAll) {
  const TestFolder folder;
  Contents contents;
  for (int i = 0; i < 65; ++i) contents.emplace_back("m/" + std::to_string(i), std::string(1 << 20, '\0'));
  folder.put("a.pt", zip_archive(contents, tests::ZipForm::deflated));
  EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "64 MiB in all");
  contents.pop_back();
  folder.put("b.pt", zip_archive(contents, tests::ZipForm::deflated));
  EXPECT_NO_THROW(ZipFile(folder / "b.pt"));
}

}  // namespace
}  // namespace beatbench::archive
