#include "models/registry.h"

#include <array>

#include "models/alexnet.h"
#include "models/cnn2d.h"
#include "models/context_mlp.h"
#include "models/inception_v3.h"
#include "models/lstm.h"
#include "models/resnet1d.h"
#include "models/resnet50.h"
#include "models/vgg16.h"

namespace beatbench {
namespace {

constexpr std::array kMakers = {
    ModelMaker{"cnn2d", models::make_cnn2d},
    ModelMaker{"alexnet", models::make_alexnet},
    ModelMaker{"vgg16", models::make_vgg16},
    ModelMaker{"resnet50", models::make_resnet50},
    ModelMaker{"inception_v3", models::make_inception_v3},
    ModelMaker{"lstm", models::make_lstm},
    ModelMaker{"resnet1d", models::make_resnet1d},
    ModelMaker{"resnet1d_12lead", models::make_resnet1d_12lead},
    ModelMaker{"context_mlp", models::make_context_mlp},
};

}  // namespace

std::span<const ModelMaker> model_makers() { return kMakers; }

}  // namespace beatbench
