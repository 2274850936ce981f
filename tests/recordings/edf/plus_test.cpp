// EDF+: annotation lists, and data records with gaps between them, after the specification
// (edfplus.info/specs/edfplus.html, 2.2).
#include <cmath>

#include "recordings/edf/reading.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::annotation_list;
using tests::EdfReading;
using tests::expect_ecg;
using tests::sound_edf;
using Bytes = tests::EdfBytes;

class EdfPlus : public tests::EdfFiles {
 protected:
  // Data records of four samples and 1 s that begin at these times; the samples of the first are 1, 2, 3, 4.
  static Bytes pieces(const std::vector<std::string>& begins, const std::string& kind = "EDF+D") {
    Bytes edf;
    edf.fields[Bytes::reserved] = kind;
    std::vector<int> samples;
    std::vector<std::string> lists;
    for (const std::string& begin : begins) {
      for (int k = 0; k < 4; ++k) samples.push_back(static_cast<int>(samples.size()) + 1);
      lists.push_back(begin.empty() ? "" : annotation_list(begin, {""}));
    }
    edf.add("ECG", "mV", samples, 4);
    edf.add_annotations(lists);
    return edf;
  }
};

constexpr std::int32_t kGap = kMissingSample;

std::vector<std::pair<std::int64_t, std::string>> notes_of(const Record& record) {
  std::vector<std::pair<std::int64_t, std::string>> notes;
  for (const Annotation& note : record.annotations) {
    EXPECT_EQ(note.code, codes::note);
    notes.emplace_back(note.sample, note.aux);
  }
  return notes;
}

using Notes = std::vector<std::pair<std::int64_t, std::string>>;

TEST_F(EdfPlus, AnnotationsOfEveryForm) {
  const std::string with_duration =
      std::string("+1.25") + '\x15' + "0.5" + '\x14' + "long" + '\x14' + "both" + '\x14' + '\0';
  Bytes edf = sound_edf("EDF+C", {annotation_list("+0", {"", "start"}) + annotation_list("+2.5", {"a"}),
                                  annotation_list("+1", {""}) + with_duration,
                                  annotation_list("+2", {""}) + annotation_list("+0.5", {"\xC3\xA4", "tab\there"})});
  edf.add_annotations({annotation_list("+9", {"second signal"}), annotation_list("-1", {"before"}),
                       annotation_list("+100", {"after"})});
  const EdfReading reading = read(edf);
  expect_ecg(reading);
  EXPECT_THAT(reading.warnings, IsEmpty());
  EXPECT_EQ(notes_of(reading.record), (Notes{{0, "start"},
                                             {180, "\xC3\xA4"},
                                             {180, "tab\there"},
                                             {450, "long"},
                                             {450, "both"},
                                             {900, "a"},
                                             {3240, "second signal"}}));
}

// The first list's time tells by how much the recording begins after its start time.
TEST_F(EdfPlus, TimesBeginWithTheFirstDataRecord) {
  std::vector<std::string> lists;
  for (int r = 0; r < 10; ++r)
    lists.push_back(annotation_list("+" + std::to_string(r) + ".5", {"", r == 3 ? "x" : ""}));
  for (const char* kind : {"EDF+C", "EDF+D"}) {
    const EdfReading reading = read(sound_edf(kind, lists));
    expect_ecg(reading);
    EXPECT_THAT(reading.warnings, IsEmpty());
    EXPECT_EQ(notes_of(reading.record), (Notes{{1080, "x"}}));
    EXPECT_EQ(reading.record.start_s, 0);
  }
}

TEST_F(EdfPlus, DamagedAnnotationsDoNotCostTheEcg) {
  using std::string;
  const string end(1, '\0'), text(1, '\x14'), duration(1, '\x15');
  const string keeper = annotation_list("+0", {""}), good = annotation_list("+0.5", {"good"});
  for (const string& bad :
       {string("text"), string("+1"), "1" + text + "no sign" + text, "+" + text + "no digits" + text,
        "+1,5" + text + "comma" + text, "+1e1" + text + "exponent" + text, "+inf" + text + "x" + text,
        "+1x" + text + "x" + text, "+1" + text + "cut", text + "no time" + text, "+1" + duration + "2",
        "+ 1" + text + "x" + text, string(1, '\xFF')}) {
    const EdfReading reading = read(sound_edf("EDF+C", {keeper + bad + end + good}));
    expect_ecg(reading);
    EXPECT_EQ(notes_of(reading.record), (Notes{{180, "good"}})) << bad;
    EXPECT_THAT(reading.warnings,
                ElementsAre(HasSubstr(
                    "1 damaged annotations of signal 3 'EDF Annotations' are left out, the first in data record 1")));
  }
  // Two of them, no end, and a time that no sample has.
  const EdfReading many = read(sound_edf("EDF+C", {keeper + "?" + end, annotation_list("+1", {""}) + "!" + end}));
  EXPECT_THAT(many.warnings, ElementsAre(HasSubstr("2 damaged annotations")));
  const EdfReading endless = read(sound_edf("EDF+C", {keeper + string(80, '\x14')}));
  expect_ecg(endless);
  const EdfReading far = read(sound_edf("EDF+C", {keeper + annotation_list("+" + string(20, '9'), {"far"}) + good}));
  EXPECT_EQ(notes_of(far.record), (Notes{{180, "good"}}));
  EXPECT_EQ(notes_of(read(sound_edf("EDF+C", {keeper + annotation_list("+1", {"\xE4"})})).record),
            (Notes{{360, "\xC3\xA4"}}));
}

TEST_F(EdfPlus, GapsAreMissingSamples) {
  const EdfReading reading = read(pieces({"+0", "+1", "+2.5", "+5"}));
  ASSERT_EQ(reading.error.text, "");
  EXPECT_THAT(reading.record.leads[0].samples, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, kGap, kGap, 9, 10, 11, 12, kGap,
                                                           kGap, kGap, kGap, kGap, kGap, 13, 14, 15, 16));
  EXPECT_TRUE(std::isnan(to_millivolts(reading.record.leads[0])[8]));
  EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr("its data records leave 2 gaps, 8 missing samples in all")));
  const EdfReading part = read(pieces({"+0", "+1", "+2.5", "+5"}), {.first_sample = 7, .sample_count = 5});
  EXPECT_THAT(part.record.leads[0].samples, ElementsAre(8, kGap, kGap, 9, 10));
  EXPECT_EQ(part.record.start_s, 1.75);
  const EdfReading past = read(pieces({"+0", "+5"}), {.first_sample = 24});
  EXPECT_EQ(past.error.kind, ErrorKind::usage);
  EXPECT_THAT(past.error.text, HasSubstr("has 24 samples; asked for 0 from sample 24 on"));
}

// Only the first list of a data record tells when it begins, of several annotation signals that of the first.
TEST_F(EdfPlus, OneListKeepsTheTime) {
  Bytes edf = pieces({"+0", "+1"});
  edf.signals[1].data[0] += annotation_list("+7", {""});
  edf.signals[1].data[1] += annotation_list("+9", {"", "N"});
  edf.add_annotations({annotation_list("+20", {""}), annotation_list("+30", {""})});
  const EdfReading reading = read(edf);
  EXPECT_EQ(reading.record.length_samples(), 8) << reading.error.text;
  EXPECT_THAT(reading.warnings, IsEmpty());
}

// A scale that is turned around leaves missing samples missing.
TEST_F(EdfPlus, GapsOfATurnedLead) {
  Bytes edf = pieces({"+0", "+1.5"});
  std::swap(edf.signals[0].fields[Bytes::physical_min], edf.signals[0].fields[Bytes::physical_max]);
  EXPECT_THAT(read(edf).record.leads.at(0).samples, ElementsAre(-1, -2, -3, -4, kGap, kGap, -5, -6, -7, -8));
}

TEST_F(EdfPlus, NotesKeepTheirTimeAcrossGaps) {
  Bytes edf = pieces({"+0", "+10", "+20"});
  edf.signals[1].data[0] += annotation_list("+10.5", {"b"}) + annotation_list("+0.5", {"a"});
  edf.signals[1].data[2] += annotation_list("+12", {"in a gap"}) + annotation_list("+20", {"c"});
  EXPECT_EQ(notes_of(read(edf).record), (Notes{{2, "a"}, {42, "b"}, {48, "in a gap"}, {80, "c"}}));
  EXPECT_EQ(notes_of(read(edf, {.first_sample = 40, .sample_count = 41}).record),
            (Notes{{2, "b"}, {8, "in a gap"}, {40, "c"}}));
}

TEST_F(EdfPlus, LessThanASampleIsNoGap) {
  for (const std::vector<std::string>& begins :
       {std::vector<std::string>{"+0", "+1.2", "+2", "+3.1"}, {"+0", "+0.9", "+2", "+2.8"}}) {
    const EdfReading reading = read(pieces(begins));
    ASSERT_EQ(reading.error.text, "");
    EXPECT_EQ(reading.record.length_samples(), 16);
    EXPECT_THAT(reading.warnings, IsEmpty());
  }
  EXPECT_EQ(read(pieces({"+0", "+1.25"})).record.length_samples(), 9);
}

// A clock that is slower or faster than the rate says, by less than a sample from record to record: every second record
// is put where its time is, to a sample. The 49th begins at 57.6 s, which is sample 230, and the last one follows it;
// of the fast ones the 49th begins at 43.2 s, sample 173, and 48 records have 192 samples.
TEST_F(EdfPlus, StepsBelowASampleAddUp) {
  std::vector<std::string> slow, fast;
  for (int r = 0; r < 50; ++r) {
    slow.push_back("+" + std::to_string(1.2 * r));
    fast.push_back("+" + std::to_string(0.9 * r));
  }
  for (const bool has_gaps : {true, false}) {
    Bytes edf = pieces(slow, has_gaps ? "EDF+D" : "EDF+C");
    edf.signals[1].data[49] += annotation_list("+57.6", {"here"});
    const EdfReading reading = read(edf);
    EXPECT_EQ(reading.record.length_samples(), has_gaps ? 238 : 200) << reading.error.text;
    EXPECT_EQ(notes_of(reading.record), (Notes{{has_gaps ? 230 : 192, "here"}}));
    EXPECT_EQ(reading.record.leads.at(0).samples.at(has_gaps ? 230 : 192), 193) << "the first of the 49th";
    EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr(has_gaps ? " gaps, 38 missing samples" : "does not follow")));
  }
  const EdfReading early = read(pieces(fast));
  EXPECT_EQ(early.record.length_samples(), 200) << early.error.text;
  EXPECT_THAT(early.warnings, ElementsAre(HasSubstr("follow each other faster than they last, 1 s; read one behind the "
                                                    "other, in the end 19 samples late")));
}

TEST_F(EdfPlus, DataRecordsOutOfOrderAreSorted) {
  const EdfReading reading = read(pieces({"+3", "+4", "+0", "+1"}));
  ASSERT_EQ(reading.error.text, "");
  EXPECT_THAT(reading.record.leads[0].samples,
              ElementsAre(9, 10, 11, 12, 13, 14, 15, 16, kGap, kGap, kGap, kGap, 1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr("its data records are not in the order of their times"),
                                            HasSubstr("1 gaps, 4 missing")));
}

TEST_F(EdfPlus, OverlappingDataRecordsAreRefused) {
  for (const std::vector<std::string>& begins :
       {std::vector<std::string>{"+0", "+1", "+1.5"}, {"+0", "+1", "+1"}, {"+1", "+0.5"}}) {
    const EdfReading reading = read(pieces(begins));
    EXPECT_EQ(reading.error.kind, ErrorKind::data);
    EXPECT_THAT(reading.error.text, HasSubstr(" s, overlaps data record "));
  }
  EXPECT_THAT(read(pieces({"+0", "+1", "+1.5"})).error.text,
              HasSubstr("data record 3, which begins at 1.5 s, overlaps data record 2, which begins at 1 s; a data "
                        "record lasts 1 s"));
}

TEST_F(EdfPlus, DataRecordsWithoutATimeFollowTheOneBefore) {
  const EdfReading reading = read(pieces({"+0", "", "+3", "", "+5"}));
  ASSERT_EQ(reading.error.text, "");
  EXPECT_EQ(reading.record.length_samples(), 24);
  EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr("data record 2 has no time of its own, nor have 1 others"),
                                            HasSubstr("1 gaps, 4 missing")));
  const EdfReading one = read(pieces({"+0", ""}, "EDF+C"));
  EXPECT_EQ(one.record.length_samples(), 8);
  EXPECT_THAT(one.warnings, ElementsAre(HasSubstr("data record 2 has no time of its own; it is taken to follow")));
}

// What the reserved field says holds, also against the times.
TEST_F(EdfPlus, GapsOfAContinuousFileAreAWarning) {
  for (const char* kind : {"EDF+C", ""}) {
    const EdfReading reading = read(pieces({"+0", "+1", "+5"}, kind));
    EXPECT_EQ(reading.record.length_samples(), 12) << reading.error.text;
    EXPECT_THAT(reading.warnings, Contains(HasSubstr("does not say EDF+D, but data record 3, which begins at 5 s, does "
                                                     "not follow data record 2, which begins at 1 s")));
  }
  EXPECT_THAT(read(pieces({"+0"}, "")).warnings,
              ElementsAre(HasSubstr("the reserved field is '', and a signal has that label")));
  Bytes small = pieces({"+0", "+2"}, "edf+d");
  small.signals[1].fields[Bytes::label] = "edf annotations";
  const EdfReading lower = read(small);
  EXPECT_THAT(lower.warnings, Contains(HasSubstr("the label of signal 2 'edf annotations'")));
  EXPECT_EQ(lower.record.length_samples(), 12);
  EXPECT_THAT(lower.warnings, Contains(HasSubstr("the reserved field is 'edf+d'")));
}

TEST_F(EdfPlus, WithoutAnAnnotationSignal) {
  for (const char* kind : {"EDF+C", "EDF+D"}) {
    Bytes edf = sound_edf(kind);
    edf.signals.pop_back();
    const EdfReading reading = read(edf);
    expect_ecg(reading);
    EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr(std::string("the reserved field is '") + kind +
                                                        "', and no signal has that label")));
  }
  Bytes unscaled = sound_edf("EDF+C", {annotation_list("+0", {"", "N"})});  // a scale that annotations do not need
  unscaled.signals[2].fields[Bytes::physical_min] = "";
  const EdfReading noted = read(unscaled);
  EXPECT_EQ(notes_of(noted.record), (Notes{{0, "N"}}));
  EXPECT_THAT(noted.warnings, ElementsAre(testing::EndsWith("signal 3 'EDF Annotations' is ''; allowed: a number")));
  Bytes none = sound_edf("EDF+C");  // one without room
  none.signals[2].fields[Bytes::samples] = "0";
  none.signals[2].data_bytes = 0;
  const EdfReading reading = read(none);
  expect_ecg(reading);
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr("number of samples in a data record of signal 3 'EDF Annotations' is '0'")));
  Bytes only;  // annotations alone, which EDF+ allows
  only.fields[Bytes::reserved] = "EDF+C";
  only.fields[Bytes::duration] = "0";
  only.add_annotations({annotation_list("+0", {"", "Lights off"})});
  EXPECT_THAT(read(only).error.text, HasSubstr("it has: 'EDF Annotations' (annotations)"));
}

// Years between two data records, and times beyond any: no memory is asked for them.
TEST_F(EdfPlus, GapsHaveALimit) {
  const Bytes years = pieces({"+0", "+99999999"});
  const EdfReading reading = read(years);
  EXPECT_EQ(reading.error.kind, ErrorKind::unsupported);
  EXPECT_THAT(reading.error.text, HasSubstr("leave gaps of 399999992 samples; allowed: 33554432"));
  const EdfReading part = read(years, {.first_sample = 399'999'995});
  EXPECT_THAT(part.record.leads.at(0).samples, ElementsAre(kGap, 5, 6, 7, 8)) << part.error.text;
  const EdfReading beyond = read(pieces({"+0", "+" + std::string(30, '9')}));
  EXPECT_EQ(beyond.error.kind, ErrorKind::data);
  EXPECT_THAT(beyond.error.text, HasSubstr("data record 2, which begins at 1e+30 s, lies too far from the first"));
}

// BDF+: the text of an annotation list fills all three bytes of a sample.
TEST_F(EdfPlus, AnnotationsOfBdf) {
  Bytes bdf;
  bdf.fields[Bytes::version] = "\377BIOSEMI";
  bdf.fields[Bytes::reserved] = "BDF+D";
  bdf.add("ECG", "mV", {1, 2, 3, 4}, 2, 3);
  bdf.add_annotations({annotation_list("+0", {"", "N"}), annotation_list("+2", {""})}, 30);
  bdf.signals[1].fields[Bytes::label] = "BDF Annotations";
  bdf.signals[1].fields[Bytes::samples] = "10";
  const EdfReading reading = read(bdf);
  ASSERT_EQ(reading.error.text, "");
  EXPECT_THAT(reading.record.leads.at(0).samples, ElementsAre(1, 2, kGap, kGap, 3, 4));
  EXPECT_EQ(notes_of(reading.record), (Notes{{0, "N"}}));
  EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr("1 gaps, 2 missing")));
}

}  // namespace
}  // namespace beatbench
