#include "beatbench/recordings/wfdb/annotation_file.h"

#include <gmock/gmock.h>

#include <random>

#include "recordings/wfdb/annotation_definitions.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Bytes = std::vector<unsigned char>;

// Words of a file, low byte first.
Bytes file_of(std::initializer_list<unsigned> words) {
  Bytes bytes;
  for (const unsigned word : words) {
    bytes.push_back(static_cast<unsigned char>(word & 0xFF));
    bytes.push_back(static_cast<unsigned char>(word >> 8));
  }
  return bytes;
}

constexpr unsigned word(unsigned code, unsigned datum) { return code << 10 | datum; }

std::vector<Annotation> parse(const Bytes& bytes) { return parse_annotations(bytes, "x.atr"); }

Annotation at(std::int64_t sample, std::uint8_t code) {
  Annotation annotation;
  annotation.sample = sample;
  annotation.code = code;
  return annotation;
}

TEST(AnnotationFile, StepsAddUp) {
  EXPECT_THAT(parse(file_of({word(1, 10), word(5, 1023), word(28, 0), 0})),
              ElementsAre(at(10, 1), at(1033, 5), at(1033, 28)));
  EXPECT_THAT(parse(file_of({0})), IsEmpty());
}

TEST(AnnotationFile, ZerosMayFollowTheEnd) { EXPECT_EQ(parse(file_of({word(1, 10), 0, 0, 0})).size(), 1); }

TEST(AnnotationFile, SkipTakesASigned32BitStepHighWordFirst) {
  EXPECT_THAT(parse(file_of({word(59, 0), 0x0001, 0x0002, word(1, 3), 0})), ElementsAre(at(65536 + 2 + 3, 1)));
  EXPECT_THAT(parse(file_of({word(1, 100), word(59, 0), 0xFFFF, 0xFFF6, word(1, 0), 0})),
              ElementsAre(at(100, 1), at(90, 1)));
  EXPECT_THAT(parse(file_of({word(59, 0), 0x7FFF, 0xFFFF, word(59, 0), 0x7FFF, 0xFFFF, word(1, 1), 0})),
              ElementsAre(at(0xFFFFFFFF, 1)));
}

TEST(AnnotationFile, ANullAnnotationTakesASkipToTheSampleBefore) {
  // The words with which the WFDB library ends its notes at time 0, in the files of sqrs.
  const Bytes bytes = file_of({word(22, 0), word(59, 0), 0xFFFF, 0xFFFF, word(0, 1), word(1, 144), 0});
  const std::vector<Annotation> annotations = {at(0, 22), at(0, 0), at(144, 1)};
  EXPECT_EQ(parse(bytes), annotations);
  EXPECT_EQ(format_annotations(annotations), bytes);
}

TEST(AnnotationFile, NumberAndChannelPersistSubtypeAndAuxDoNot) {
  const auto found = parse(file_of({word(1, 5), word(60, 7), word(62, 2), word(61, 3), word(63, 2), 'a' | 'b' << 8,  //
                                    word(1, 5), word(1, 5), word(60, 0), word(62, 0), 0}));
  ASSERT_EQ(found.size(), 3);
  EXPECT_EQ(found[0], (Annotation{5, 1, 3, 2, 7, "ab"}));
  EXPECT_EQ(found[1], (Annotation{10, 1, 0, 2, 7, ""}));
  EXPECT_EQ(found[2], (Annotation{15, 1, 0, 0, 0, ""}));
}

TEST(AnnotationFile, NegativeFieldsIn10AndIn8Bits) {
  const auto found = parse(file_of({word(14, 5), word(61, 1023), word(60, 0xFE), word(14, 1), word(61, 0x380), 0}));
  EXPECT_EQ(found.at(0).subtype, -1) << "as in mitdb: both signals unreadable";
  EXPECT_EQ(found.at(0).number, -2);
  EXPECT_EQ(found.at(1).subtype, -128);
}

TEST(AnnotationFile, AnAuxTextOfOddLengthIsPadded) {
  const auto found = parse(file_of({word(28, 5), word(63, 3), '(' | 'V' << 8, 'T', word(1, 1), 0}));
  EXPECT_EQ(found.at(0).aux, "(VT");
  EXPECT_EQ(found.at(1).sample, 6);
}

TEST(AnnotationFile, ANulAtTheEndOfAnAuxTextIsKept) {
  EXPECT_EQ(parse(file_of({word(28, 5), word(63, 3), '(' | 'N' << 8, 0, 0})).at(0).aux, std::string("(N\0", 3));
}

TEST(AnnotationFile, GarbledFilesAreRefusedWithTheByte) {
  const struct {
    Bytes bytes;
    const char* where;
    const char* message;
  } cases[] = {
      {{}, "byte 0", "cut short"},
      {{0x01}, "byte 0", "cut short"},
      {file_of({word(1, 5)}), "byte 2", "cut short"},
      {file_of({word(1, 5), word(59, 0), 1}), "byte 2", "cut short"},
      {file_of({word(1, 5), word(50, 1), 0}), "byte 2", "annotation code 50; allowed: 0 to 49"},
      {file_of({word(58, 1), 0}), "byte 0", "annotation code 58"},
      {file_of({word(60, 1), 0}), "byte 0", "NUM before the first annotation"},
      {file_of({word(61, 1), 0}), "byte 0", "SUB before the first annotation"},
      {file_of({word(62, 1), 0}), "byte 0", "CHN before the first annotation"},
      {file_of({word(63, 2), 1, 0}), "byte 0", "AUX before the first annotation"},
      {file_of({word(1, 5), word(60, 256), 0}), "byte 2", "NUM 256; allowed: -128 to 127"},
      {file_of({word(1, 5), word(62, 256), 0}), "byte 2", "CHN 256; allowed: 0 to 255"},
      {file_of({word(1, 5), word(63, 300), 0}), "byte 2", "AUX text of 300 bytes; allowed: 0 to 255"},
      {file_of({word(1, 5), word(63, 200), 0}), "byte 2", "AUX text of 200 bytes, but the file ends after 2"},
      {file_of({word(59, 1), 0, 5, word(1, 0), 0}), "byte 0", "SKIP with datum 1; allowed: 0"},
      {file_of({word(1, 5), word(59, 0), 0xFFFF, 0xFFF6, word(1, 0), 0}), "byte 8", "time -5"},
      {file_of({word(1, 5), 0, 0, 7}), "byte 6", "value 7 after the closing zero word"},
  };
  for (const auto& [bytes, where, message] : cases) {
    SCOPED_TRACE(message);
    EXPECT_ERROR(parse(bytes), ErrorKind::data, "x.atr", where, message);
  }
}

// What a lenient reader makes of files that break the format; a strict one refuses each of them.
TEST(AnnotationFile, OddFilesAreReadAndTold) {
  const auto aux = [](std::int64_t sample, std::string text) {
    Annotation annotation = at(sample, 28);
    annotation.aux = std::move(text);
    return annotation;
  };
  const auto with = [](Annotation annotation, int number, int subtype, int channel) {
    annotation.number = static_cast<std::int8_t>(number);
    annotation.subtype = static_cast<std::int8_t>(subtype);
    annotation.channel = static_cast<std::uint8_t>(channel);
    return annotation;
  };
  Bytes odd_size = file_of({word(1, 5), word(5, 6)});
  odd_size.push_back(7);
  Bytes long_aux = file_of({word(28, 5), word(63, 300)});
  long_aux.insert(long_aux.end(), 300, 'a');
  for (const unsigned char byte : file_of({word(1, 1), 0})) long_aux.push_back(byte);
  const struct {
    const char* what;
    Bytes bytes;
    std::vector<Annotation> annotations;
    std::vector<const char*> told;
  } cases[] = {
      {"nothing odd", file_of({word(1, 5), word(5, 6), 0}), {at(5, 1), at(11, 5)}, {}},
      {"zeros after the end", file_of({word(1, 5), word(5, 6), 0, 0, 0}), {at(5, 1), at(11, 5)}, {}},
      {"no end word", file_of({word(1, 5), word(5, 6)}), {at(5, 1), at(11, 5)}, {"byte 4: the file ends here"}},
      {"half a word", odd_size, {at(5, 1), at(11, 5)}, {"byte 4: the file ends here"}},
      {"half a SKIP", file_of({word(1, 5), word(59, 0), 1}), {at(5, 1)}, {"byte 2: the file ends here"}},
      {"bytes after the end", file_of({word(1, 5), word(5, 6), 0, 7}), {at(5, 1), at(11, 5)}, {"byte 6: has value 7"}},
      {"NUM", file_of({word(1, 5), word(60, 300), 0}), {with(at(5, 1), 300 - 256, 0, 0)}, {"byte 2: has NUM 300"}},
      {"SUB", file_of({word(1, 5), word(61, 513), 0}), {with(at(5, 1), 0, 1, 0)}, {"byte 2: has SUB 513"}},
      {"CHN of -1 in ten bits",
       file_of({word(22, 5), word(62, 1023), word(22, 5), word(62, 1022), word(1, 1), 0}),
       {with(at(5, 22), 0, 0, 255), with(at(10, 22), 0, 0, 254), with(at(11, 1), 0, 0, 254)},
       {"byte 2: has CHN 1023; allowed: 0 to 255; 1 more of this kind"}},
      {"a long AUX", long_aux, {aux(5, std::string(300, 'a')), at(6, 1)}, {"byte 2: has an AUX text of 300 bytes"}},
      {"an AUX past the end",
       file_of({word(28, 5), word(63, 9), '(' | 'N' << 8}),
       {aux(5, "(N")},
       {"byte 2: has an AUX text of 9 bytes, but the file ends after 2", "byte 6: the file ends here"}},
      {"a SKIP with a datum", file_of({word(59, 1), 0, 5, word(1, 0), 0}), {at(5, 1)}, {"byte 0: has a SKIP"}},
      {"a SKIP back", file_of({word(1, 9), word(59, 0), 0xFFFF, 0xFFFF, word(5, 1), 0}), {at(9, 1), at(9, 5)}, {}},
      {"out of order",
       file_of({word(1, 9), word(59, 0), 0xFFFF, 0xFFFF, word(5, 0), 0}),
       {at(8, 5), at(9, 1)},
       {"x.atr: an annotation at sample 8 follows one at sample 9"}},
      {"a time before 0",
       file_of({word(59, 0), 0xFFFF, 0xFFF0, word(1, 1), word(5, 20), 0}),
       {at(5, 5)},
       {"byte 6: steps back to time -15"}},
      {"an unknown code",
       file_of({word(1, 5), word(50, 2), word(61, 1), word(63, 2), 'a' | 'b' << 8, word(5, 4), 0}),
       {at(5, 1), at(11, 5)},
       {"byte 2: has annotation code 50"}},
      {"fields of no annotation",
       file_of({word(60, 1), word(63, 2), 'a' | 'b' << 8, word(1, 5), 0}),
       {at(5, 1)},
       {"byte 0: has NUM before the first annotation; 1 more of this kind"}},
  };
  Record record;
  record.sampling_rate_hz = record.frame_rate_hz = 360;
  for (const auto& [what, bytes, annotations, told] : cases) {
    SCOPED_TRACE(what);
    std::vector<std::string> found;
    EXPECT_EQ(annotations_of_record(record, bytes, "x.atr", [&](const Error& e) { found.push_back(e.what()); }),
              annotations);
    ASSERT_EQ(found.size(), told.size()) << testing::PrintToString(found);
    for (std::size_t i = 0; i < told.size(); ++i) EXPECT_THAT(found[i], testing::HasSubstr(told[i]));
    const auto strict = tests::caught([&, &of = bytes] { annotations_of_record(record, of, "x.atr"); });
    EXPECT_EQ(strict.text.empty(), told.empty());
  }
}

// A lenient reader does not take another file for annotations.
TEST(AnnotationFile, FilesOfOtherKindsAreRefused) {
  const std::string text = "sample,symbol\r\n18,N\r\n77,N\r\n370,V\r\n";
  Bytes letters(text.begin(), text.end());
  Bytes many;  // every fifth word has a code that there is not
  for (int i = 0; i < 60; ++i) {
    for (const unsigned char byte : file_of({word(i % 5 == 0 ? 53 : 1, 200)})) many.push_back(byte);
  }
  // AHA format: a NUL, a letter, a time, a serial number, ...
  const Bytes aha = file_of({'N' << 8, 0, 300, 1, 0x0101, 0, 0, 0, 'N' << 8, 0, 600, 2, 0x0101, 0, 0, 0});
  const auto lenient = [](const Bytes& bytes) { parse_annotations(bytes, "x.atr", [](const Error&) {}); };
  EXPECT_ERROR(lenient({}), ErrorKind::data, "x.atr, byte 0", "cut short");
  EXPECT_ERROR(lenient(letters), ErrorKind::data, "x.atr, byte ", "is a text");
  EXPECT_ERROR(lenient(many), ErrorKind::data, "x.atr", "12 entries that cannot be", "annotation code 53");
  EXPECT_ERROR(lenient(aha), ErrorKind::data, "x.atr", "after the closing zero word");
}

TEST(AnnotationFile, NotesAtTimeZeroDescribeTheFile) {
  auto note = [](std::string text) {
    Annotation annotation = at(0, codes::note);
    annotation.aux = std::move(text);
    return annotation;
  };
  std::vector<Annotation> annotations = {note("## time resolution: 1000.5"),
                                         note("## annotation type definitions"),
                                         note("42 w Wave of unknown origin"),
                                         note("43 z"),
                                         note("a remark of the reader"),
                                         note("## end of definitions"),
                                         at(0, 1),
                                         note("44 q after the notes")};
  const wfdb::AnnotationFileNotes notes = wfdb::take_notes(annotations, "x.atr");
  EXPECT_EQ(notes.time_resolution_hz, 1000.5);
  EXPECT_THAT(notes.definitions, ElementsAre(wfdb::AnnotationDefinition{42, "w", "Wave of unknown origin"},
                                             wfdb::AnnotationDefinition{43, "z", ""}));
  EXPECT_THAT(annotations, ElementsAre(note("a remark of the reader"), at(0, 1), note("44 q after the notes")));
  std::vector<Annotation> none;
  EXPECT_EQ(wfdb::take_notes(none, "x.atr").time_resolution_hz, std::nullopt);
  for (const char* text :
       {"## time resolution: fast", "## time resolution: 0", "## time resolution:", "## time resolution: inf"}) {
    std::vector<Annotation> wrong = {note(text)};
    EXPECT_ERROR(wfdb::take_notes(wrong, "x.atr"), ErrorKind::data, "x.atr", "above 0, in Hz");
  }
}

// So fine a resolution that times become infinite, and 0 times infinity no number.
TEST(AnnotationFile, ATimeResolutionThatLeavesNoTimesIsRefused) {
  Annotation note = at(0, codes::note);
  note.aux = "## time resolution: 1e-320";
  Record record;
  record.sampling_rate_hz = 360;
  for (const std::int64_t sample : {0, 5}) {
    EXPECT_ERROR(annotations_of_record(record, format_annotations(std::vector{note, at(sample, 1)}), "x.atr"),
                 ErrorKind::data, "x.atr", "out of range");
  }
}

TEST(AnnotationFile, FormatUsesASkipForLongGapsAndStepsBack) {
  const std::vector<Annotation> annotations = {at(1023, 1), at(2047, 1), at(2000, 5)};
  EXPECT_EQ(format_annotations(annotations),
            file_of({word(1, 1023), word(59, 0), 0, 1024, word(1, 0), word(59, 0), 0xFFFF, 0xFFD1, word(5, 0), 0}));
}

TEST(AnnotationFile, FormatIsTheInverseOfParse) {
  std::mt19937 engine(11);
  const auto below = [&](unsigned bound) { return engine() % bound; };
  std::vector<Annotation> annotations;
  for (int i = 0; i < 5000; ++i) {
    Annotation annotation;
    annotation.sample = below(10) == 0 ? static_cast<std::int64_t>(engine()) * 5 : i * 300;  // beyond 32 bits, and back
    annotation.code = static_cast<std::uint8_t>(below(50));
    annotation.subtype = static_cast<std::int8_t>(below(256));
    annotation.channel = static_cast<std::uint8_t>(below(3) == 0 ? below(256) : 0);
    annotation.number = static_cast<std::int8_t>(below(3) == 0 ? below(256) : 0);
    annotation.aux = std::string(below(4) == 0 ? below(256) : 0, static_cast<char>(below(256)));
    annotations.push_back(annotation);
  }
  EXPECT_EQ(parse(format_annotations(annotations)), annotations);
  EXPECT_EQ(format_annotations({}), file_of({0}));
}

TEST(AnnotationFile, FormatRefusesWhatAFileCannotHold) {
  const auto formatted = [](Annotation annotation) {
    format_annotations(std::vector{at(1, 1), std::move(annotation)});
  };
  Annotation long_aux = at(5, 28);
  long_aux.aux = std::string(256, 'a');
  EXPECT_ERROR(formatted(at(5, 50)), ErrorKind::usage, "annotation 1", "code is 50; allowed: 0 (null) to 49");
  EXPECT_ERROR(formatted(at(-5, 1)), ErrorKind::usage, "annotation 1", "time is -5");
  EXPECT_ERROR(formatted(long_aux), ErrorKind::usage, "annotation 1", "256 bytes; allowed: 0 to 255");
}

}  // namespace
}  // namespace beatbench
