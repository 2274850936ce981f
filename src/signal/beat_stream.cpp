#include "beatbench/signal/beat_stream.h"

#include <algorithm>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/signal/detector.h"
#include "signal/detectors/beat_pieces.h"

namespace beatbench {

BeatStream::BeatStream(std::size_t leads, double sampling_rate_hz) : leads_mv_(leads) {
  static_assert(kDelay_s == detectors::kPieceCore_s + detectors::kPieceMargin_s);
  check_detection_rate(sampling_rate_hz);
  if (leads == 0) throw Error(ErrorKind::usage, "leads", "there is none to find beats in");
  pieces_ = std::make_unique<detectors::BeatPieces>(sampling_rate_hz);
}

BeatStream::~BeatStream() = default;

std::vector<std::int64_t> BeatStream::push(std::span<const std::span<const float>> leads_mv) {
  if (leads_mv.size() != leads_mv_.size()) {
    throw Error(ErrorKind::usage, "leads",
                std::to_string(leads_mv.size()) + " given; the stream has " + std::to_string(leads_mv_.size()));
  }
  for (std::size_t l = 0; l < leads_mv.size(); ++l) {
    if (leads_mv[l].size() != leads_mv[0].size()) {
      throw Error(ErrorKind::usage, "leads", "have different numbers of samples");
    }
  }
  for (std::size_t l = 0; l < leads_mv.size(); ++l) {
    leads_mv_[l].insert(leads_mv_[l].end(), leads_mv[l].begin(), leads_mv[l].end());
  }
  return search(false);
}

std::vector<std::int64_t> BeatStream::finish() { return search(true); }

std::vector<std::int64_t> BeatStream::search(bool to_the_end) {
  std::vector<std::int64_t> beats;
  const auto end = first_sample_ + static_cast<std::int64_t>(leads_mv_.front().size());
  while (to_the_end ? pieces_->core_begin() < end : pieces_->end() <= end) {
    const std::vector<std::span<const float>> views(leads_mv_.begin(), leads_mv_.end());
    pieces_->search(views, first_sample_, beats);
  }
  const std::int64_t done = std::min(pieces_->begin(), end) - first_sample_;
  for (std::vector<float>& lead : leads_mv_) lead.erase(lead.begin(), lead.begin() + done);
  first_sample_ += done;
  return beats;
}

}  // namespace beatbench
