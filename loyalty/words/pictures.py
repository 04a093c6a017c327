"""What is wrong with a picture that somebody adds, and what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext

from loyalty.services.pictures.pictures import PictureFault

PICTURE_FAULTS: Mapping[PictureFault, LazyString] = MappingProxyType(
    {
        PictureFault.TOO_LARGE: lazy_gettext("这张照片超过8兆，请用小一点的照片。"),
        PictureFault.TOO_MANY_PIXELS: lazy_gettext("这张照片太大（超过4000万像素），请缩小再传。"),
        PictureFault.PDF: lazy_gettext("这是PDF，不是照片，改了名字也一样。请拍张照片再传。"),
        PictureFault.DRAWING: lazy_gettext("这是SVG图形，不是照片。请传JPG或PNG照片。"),
        PictureFault.OTHER_PICTURE: lazy_gettext("这种图片我们打不开，请另存为JPG再传。"),
        PictureFault.NO_PICTURE: lazy_gettext("这不是照片，请传JPG、PNG或WebP照片。"),
        PictureFault.DAMAGED: lazy_gettext("这张照片坏了，请重新拍一张。"),
        PictureFault.BUSY: lazy_gettext("现在太忙，照片没有问题，请过一分钟再传一次。"),
    }
)
