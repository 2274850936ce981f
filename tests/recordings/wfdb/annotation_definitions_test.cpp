// Annotation files that define their own codes, as the WFDB library (setannstr) and wfdb-python (custom labels) write
// them: notes at time 0 with the code, its symbol and a description.
#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Annotation note(std::string text) { return {0, codes::note, 0, 0, 0, std::move(text)}; }

struct Found {
  std::string symbols;  // '.' for a code without one
  std::vector<std::string> told;
};

// An annotation of each code at samples 100, 200, ... under the definitions.
Found read(const std::vector<std::string>& definitions, const std::vector<int>& codes, bool null_between = false) {
  std::vector<Annotation> annotations;
  if (null_between) {
    annotations.push_back(note("## time resolution: 360"));
    annotations.emplace_back();
  }
  annotations.push_back(note("## annotation type definitions"));
  for (const std::string& text : definitions) annotations.push_back(note(text));
  annotations.push_back(note("## end of definitions"));
  if (null_between) annotations.emplace_back();
  for (const int code : codes) {
    annotations.push_back(
        {100 * static_cast<std::int64_t>(annotations.size()), static_cast<std::uint8_t>(code), 0, 0, 0, ""});
  }
  Record record;
  record.sampling_rate_hz = record.frame_rate_hz = 360;
  Found found;
  for (const Annotation& one : annotations_of_record(record, format_annotations(annotations), "x.atr",
                                                     [&](const Error& e) { found.told.push_back(e.what()); })) {
    found.symbols += symbol_of(one.code).value_or(".");
  }
  return found;
}

TEST(AnnotationDefinitions, OfTheStandardMeaningChangeNothing) {
  for (const std::vector<std::string>& definitions :
       {std::vector<std::string>{"1 N Normal beat", "5 V Premature ventricular contraction"},
        {"1 N normal", "5 V PVC", "8 A"},
        {"1\tN\tsinus beats of the patient", "5 V"},
        {"9 S Premature or ectopic supraventricular beat", "13 x whatever", "42 w Wave of unknown origin"},
        {}}) {
    const Found found = read(definitions, {1, 5, 8, 1});
    EXPECT_EQ(found.symbols, "NVAN");
    EXPECT_THAT(found.told, IsEmpty());
  }
}

TEST(AnnotationDefinitions, AreTakenByTheirDescription) {
  const Found found = read({"1 v pvc", "2 l lbbb", "3 r RBBB", "4 z Premature atrial contraction", "5 n normal"},
                           {1, 5, 5, 2, 3, 4, 8});
  EXPECT_EQ(found.symbols, "VNNLRAA") << "and what is not defined is as ever";
  ASSERT_EQ(found.told.size(), 1);
  EXPECT_THAT(found.told[0], HasSubstr("x.atr: defines codes of its own"));
  EXPECT_THAT(found.told[0], HasSubstr("1 is 'v pvc' (1): V; 2 is 'l lbbb' (1): L; 3 is 'r RBBB' (1): R; "
                                       "4 is 'z Premature atrial contraction' (1): A; 5 is 'n normal' (2): N"));
}

TEST(AnnotationDefinitions, AreTakenByTheirSymbolWhereTheDescriptionSaysNothing) {
  EXPECT_EQ(read({"42 N", "43 V an early wide one", "44 PVC", "45 / paced"}, {42, 43, 44, 45, 1}).symbols, "NVV/N");
  EXPECT_EQ(read({"1 V", "5 N"}, {1, 5, 5}).symbols, "VNN");
}

TEST(AnnotationDefinitions, AreCommonNamesInAnyOrderOfTheirWords) {
  for (const char* name : {"PVC", "ventricular premature beat", "Premature Ventricular Complexes", "VPB (PVC)",
                           "premature ventricular contraction (wide)", "Ventricular ectopic beats"}) {
    EXPECT_EQ(read({std::string("1 v ") + name}, {1}).symbols, "V") << name;
  }
  for (const char* name : {"normal", "Normal beats", "normal QRS complex", "normal (sinus)"}) {
    EXPECT_EQ(read({std::string("5 k ") + name}, {5}).symbols, "N") << name;
  }
}

// wfdb-python ends its notes with null annotations.
TEST(AnnotationDefinitions, MayFollowATimeResolutionAndNullAnnotations) {
  EXPECT_EQ(read({"42 v pvc", "43 n normal"}, {42, 43, 1}, true).symbols, "VNN");
}

TEST(AnnotationDefinitions, OfFreeCodesThatAreNotUnderstoodStayWhatTheyAre) {
  const Found found = read({"42 w Wave of unknown origin"}, {1, 42, 5});
  EXPECT_EQ(found.symbols, "N.V");
  EXPECT_THAT(found.told, ElementsAre(HasSubstr("42 is 'w Wave of unknown origin' (1): not understood")));
}

TEST(AnnotationDefinitions, ThatCouldBeMistakenAreRefusedByName) {
  const struct {
    std::vector<std::string> definitions;
    const char* named;
  } cases[] = {{{"1 b big ones"}, "1 is 'b big ones' (1): not understood"},
               {{"1 v"}, "1 is 'v' (1): not understood"},
               {{"1 VEB veb"}, "1 is 'VEB veb' (1): not understood"},
               {{"1 b PVC (normal)"}, "1 is 'b PVC (normal)' (1): not understood"},
               {{"1 N pvc"}, "1 is 'N pvc' (1): not understood"},
               {{"1 X not normal"}, "1 is 'X not normal' (1): not understood"},
               {{"1 e early", "5 n normal"}, "1 is 'e early' (1): not understood; 5 is 'n normal' (1): N"}};
  for (const auto& [definitions, named] : cases) {
    EXPECT_ERROR(read(definitions, {1, 5}), ErrorKind::unsupported, "x.atr: gives codes of WFDB a meaning of its own",
                 named, "allowed: the symbols of WFDB");
  }
  EXPECT_EQ(read({"2 b big ones"}, {1, 5}).symbols, "NV") << "what no annotation has does not matter";
}

TEST(AnnotationDefinitions, NeedTheirHeading) {
  Record record;
  record.sampling_rate_hz = 360;
  const std::vector<Annotation> annotations = {note("1 v pvc"), {100, 1, 0, 0, 0, ""}};
  EXPECT_EQ(annotations_of_record(record, format_annotations(annotations), "x.atr"), annotations);
}

TEST(AnnotationDefinitions, OfACaseFromTheField) {
  BEATBENCH_NEED_CASES(cases, "field");
  const auto path = cases / "annotation-own-labels/200c";
  std::vector<std::string> warnings;
  const Record record = read_record(path, {.on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  const auto count = [&](std::string_view symbol) {
    return std::ranges::count(record.annotations, code_of(symbol).value(), &Annotation::code);
  };
  EXPECT_EQ(count("V"), 64);
  EXPECT_EQ(count("N"), 105);
  ASSERT_EQ(record.annotations.size(), 64 + 105);
  EXPECT_EQ(record.annotations[0], (Annotation{225, 5, 0, 0, 0, ""}));
  EXPECT_EQ(record.annotations[1], (Annotation{487, 1, 0, 0, 0, ""}));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("1 is 'v pvc' (64): V; 5 is 'n normal' (105): N")));
  EXPECT_ERROR(read_record(path, {.strict = true}), ErrorKind::data, "200c.atr", "defines codes of its own");
}

}  // namespace
}  // namespace beatbench
