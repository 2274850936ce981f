// Damaged inputs: whatever the bytes are, the result is a value or an Error. What went in is rebuilt from the seed.
#include <gmock/gmock.h>

#include <random>

#include "beatbench/core/files.h"
#include "beatbench/core/random.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

constexpr const char* kHeader =
    "rec_1 3 128.5/64(10.5) 7 12:30:00 25/04/1989\r\n"
    "rec_1.dat 16+24 100.25(-7)/uV 10 5 -3 65535 1 lead II, raw\r\n"
    "rec_1.dat 16+24 100.25(-7)/uV 10 5 -3 65535 1 lead III\r\n"
    "rec_2.dat 212 200 11 1024 995 -22131 0 V5\r\n"
    "# 69 M 1085 1629 x1\r\n";

// Truncates or changes up to eight bytes, more often to bytes that mean something.
std::string damaged(std::string text, std::mt19937_64& engine) {
  static const std::string telling = "0123456789/()+-:x.~# \n\r\t\xff";
  if (uniform_below(engine, 4) == 0) text.resize(uniform_below(engine, text.size() + 1));
  for (std::uint64_t i = uniform_below(engine, 9); i > 0 && !text.empty(); --i) {
    const char byte = uniform_below(engine, 2) == 0 ? telling[uniform_below(engine, telling.size())]
                                                    : static_cast<char>(uniform_below(engine, 256));
    text[uniform_below(engine, text.size())] = byte;
  }
  return text;
}

std::span<const unsigned char> as_bytes(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

// Runs `action` on damaged forms of `text`; any exception but Error fails the test.
template <typename Action>
void try_damaged(const std::string& text, int rounds, Action&& action) {
  int refused = 0;
  for (int seed = 0; seed < rounds; ++seed) {
    std::mt19937_64 engine(derive_seed(1, static_cast<std::uint64_t>(seed)));
    const std::string input = damaged(text, engine);
    try {
      action(input);
    } catch (const Error& error) {
      ++refused;
      EXPECT_STRNE(error.what(), "");
    } catch (const std::exception& error) {
      FAIL() << "seed " << seed << ": " << error.what();
    }
  }
  EXPECT_GT(refused, 0);
}

// What was read can be written and read again, unless it is refused.
void read_and_write_header(const std::string& text) {
  const Header header = parse_header(text, "x.hea");
  EXPECT_EQ(parse_header(format_header(header), "x.hea"), header);
}

void read_and_write_annotations(const std::string& text) {
  const auto annotations = parse_annotations(as_bytes(text), "x.atr");
  EXPECT_EQ(parse_annotations(format_annotations(annotations), "x.atr"), annotations);
}

TEST(Garbled, Headers) { try_damaged(kHeader, 20'000, read_and_write_header); }

TEST(Garbled, EveryTruncationOfAHeader) {
  const std::string text = kHeader;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto error = tests::caught([&] { parse_header(text.substr(0, size), "x.hea"); });
    if (!error.text.empty()) {
      EXPECT_EQ(error.kind, ErrorKind::data);
    }
  }
}

TEST(Garbled, AnnotationFiles) {
  std::vector<Annotation> annotations;
  for (int i = 0; i < 40; ++i) {
    annotations.push_back(
        {i * 700, static_cast<std::uint8_t>(1 + i), static_cast<std::int8_t>(i % 3), 0, 0, i % 5 == 0 ? "(AFIB" : ""});
  }
  const auto bytes = format_annotations(annotations);
  try_damaged(std::string(bytes.begin(), bytes.end()), 20'000, read_and_write_annotations);
}

TEST(Garbled, EveryTruncationOfAnAnnotationFileIsRefused) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const auto bytes = read_binary_file(folder / "207.atr");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto error = tests::caught([&] { parse_annotations(std::span(bytes).first(size), "207.atr"); });
    ASSERT_EQ(error.kind, ErrorKind::data) << size;
    ASSERT_FALSE(error.text.empty()) << size;
  }
}

// A lenient reader has what is whole.
TEST(Garbled, TruncationsOfAnAnnotationFileKeepItsBeginning) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const auto bytes = read_binary_file(folder / "207.atr");
  const auto whole = parse_annotations(bytes, "207.atr");
  for (std::size_t size = 20; size < bytes.size(); size += 3) {
    int told = 0;
    const auto part = parse_annotations(std::span(bytes).first(size), "207.atr", [&](const Error&) { ++told; });
    ASSERT_GE(told, 1) << size;
    ASSERT_LE(part.size(), whole.size()) << size;
    if (part.empty()) continue;
    ASSERT_TRUE(std::equal(part.begin(), part.end() - 1, whole.begin())) << size;  // of the last, fields may be cut off
    ASSERT_EQ(part.back().sample, whole[part.size() - 1].sample) << size;
    ASSERT_EQ(part.back().code, whole[part.size() - 1].code) << size;
  }
}

TEST(Garbled, RealAnnotationFiles) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const std::string text = read_text_file(folder / "207.atr");
  try_damaged(text, 1'000, read_and_write_annotations);
}

TEST(Garbled, RecordsWithDamagedHeaders) {
  const tests::TestFolder folder;
  folder.put("rec_1.dat", std::string(24 + 7 * 2 * 2, '\x01'));
  folder.put("rec_2.dat", std::string(11, '\x02'));
  try_damaged(kHeader, 2'000, [&](const std::string& text) {
    folder.put("rec_1.hea", text);
    const Record record = read_record(folder / "rec_1", {.annotator = std::nullopt});
    for (const Lead& lead : record.leads) EXPECT_EQ(lead.samples.size(), record.length_samples());
  });
}

// Reads a record in every way: whole, without its signals, a stretch of one lead.
void read_in_every_way(const std::filesystem::path& base) {
  const Record record = read_record(base, {.annotator = std::nullopt});
  for (const Lead& lead : record.leads) EXPECT_EQ(lead.samples.size(), record.length_samples());
  EXPECT_EQ(read_record(base, {.annotator = std::nullopt, .signals = false}).sampling_rate_hz, record.sampling_rate_hz);
  if (record.leads.empty()) return;
  const Record part = read_record(
      base, {.annotator = std::nullopt, .leads = {record.leads.back().name}, .first_sample = 1, .sample_count = 3});
  EXPECT_EQ(part.leads.at(0).samples.size(), 3);
}

TEST(Garbled, RecordsWithDamagedHeadersInManyFormats) {
  const tests::TestFolder folder;
  for (const char* name : {"a.dat", "b.dat", "c.dat", "d.dat"}) folder.put(name, std::string(200, '\x15'));
  const std::string header =
      "rec 6 100 7\n"
      "a.dat 8x2:1+3 200 10 0 100 5 0 I\n"
      "a.dat 8:2+3 200 10 0 100 5 0 II\n"
      "b.dat 310x2 200 10 0 0 0 0 III\n"
      "c.dat 24 200 24 0 0 0 0 V1\n"
      "d.dat 212 200 12 0 0 0 0 V2\n"
      "~ 0 200 12 0 0 0 0 V3\n";
  try_damaged(header, 2'000, [&](const std::string& text) {
    folder.put("rec.hea", text);
    read_in_every_way(folder / "rec");
  });
}

TEST(Garbled, RecordsWithDamagedListsOfSegments) {
  const tests::TestFolder folder;
  folder.put("rec_0.hea", "rec_0 2 100 0\n~ 0 200 12 0 0 0 0 I\n~ 0 100(5) 12 0 0 0 0 II\n");
  folder.put("rec_1.hea", "rec_1 1 100 4\nrec_1.dat 80 100 8 0 0 0 0 II\n");
  folder.put("rec_1.dat", "abcd");
  try_damaged("rec/4 2 100 13\nrec_0 0\nrec_1 4\n~ 5\nrec_1 4\n", 2'000, [&](const std::string& text) {
    folder.put("rec.hea", text);
    read_in_every_way(folder / "rec");
  });
}

}  // namespace
}  // namespace beatbench
