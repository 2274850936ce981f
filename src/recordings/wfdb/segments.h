#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "recordings/wfdb/signal_read.h"

namespace beatbench::wfdb {

/// Reads a header file, in any encoding that to_utf8 knows, whose record has the name of the file, and settles how many
/// signals it has. `on_hash` is given the hash of the file.
/// @throws Error(io), Error(data).
Header read_header_file(const std::filesystem::path& path, const std::function<void(const std::string&)>& on_hash,
                        const OnOddity& on_oddity);

/// A record of several segments: each is an ordinary record or "~", where nothing was recorded. In a record of fixed
/// layout every segment has the same signals; in one of variable layout the first segment, without samples, lists them
/// all, and segments have those of their description that they have. Segments' headers are read when they are needed.
class SegmentedRecord {
 public:
  using OnHash = std::function<void(const std::string&)>;

  /// `header`, which stays where it is, has segments. @throws Error(data), Error(io), Error(unsupported).
  SegmentedRecord(const Header& header, const std::filesystem::path& folder, const std::string& where,
                  const OnOddity& on_oddity, const OnHash& on_hash);

  /// The signals of the record: those of the layout segment or of the first segment that is not "~".
  const std::vector<SignalSpec>& signals() const { return signals_; }
  std::uint64_t frames() const { return frames_; }

  /// What read_signals gives for an ordinary record, in ADC units of signals(), which have the finest gain of the
  /// segments read from then on. What a segment lacks is missing.
  SignalSamples read(const SignalRequest& request);

 private:
  struct Segment {
    std::string name;
    std::uint64_t start = 0;  ///< frames
    std::uint64_t frames = 0;
  };

  /// For each of signals(), its index in a segment's header.
  using Places = std::vector<std::optional<std::size_t>>;

  void add_segments();
  void find_signals();
  const Header& segment_header(const Segment& segment);
  const Places& places_in(const Segment& segment);
  std::size_t place_in_layout(const SignalSpec& signal, const Places& places) const;
  void check_signal(const SignalSpec& signal, const SignalSpec& wanted, const Segment& segment) const;
  void check_size(const SignalRequest& request, std::uint64_t frames);
  std::uint64_t missing_signals(const Segment& segment, const SignalRequest& request);
  SignalSamples read_signals_of(const Segment& segment, const SignalRequest& part);
  void take_finest_scale(const Segment& segment, const SignalRequest& request, std::uint64_t frames);
  void read_segment(const Segment& segment, const SignalRequest& request, std::uint64_t frames, SignalSamples& out);
  std::string place_of(const Segment& segment) const;

  const Header& header_;
  std::filesystem::path folder_;
  const std::string& where_;
  const OnOddity& on_oddity_;
  const OnHash& on_hash_;
  bool has_layout_ = false;
  std::vector<SignalSpec> signals_;
  std::vector<Segment> segments_;
  std::uint64_t frames_ = 0;
  std::map<std::string, Header> headers_;  ///< by name: a segment may stand in a record more than once
  std::map<std::string, Places> places_;   ///< likewise
};

}  // namespace beatbench::wfdb
